import { readFileSync } from 'node:fs';
import { tableRows } from '../resumed-table.ts';
import { figure, type Curve, type Point } from './figure.ts';

const INDICES = [0.038, 0.086, 0.24, 0.93];

/** How many predictions it takes to see a change, by its size. */
export function delayPicture(): string {
  const rows = tableRows(readFileSync(new URL('../results/delays.md', import.meta.url), 'utf8'));
  const curve = (reference: string, tolerance: string, look: Pick<Curve, 'name' | 'ink' | 'isDashed'>): Curve => {
    const row = rows.find(
      ([samples, events, threshold, tolerated]) =>
        samples === reference && events === '100' && threshold === '43200' && tolerated === tolerance,
    );
    const points = INDICES.map((index, place): Point => {
      const cell = row?.[5 + place] ?? '';
      // A mean over the few runs that saw it would flatter.
      const missed = Number(/\((\d+)% not seen/.exec(cell)?.[1] ?? 0);
      return [index, missed > 10 ? Number.NaN : Number.parseInt(cell, 10)];
    });
    return { ...look, kind: 'line and points', points };
  };
  return figure(
    'What it takes to see a change',
    'Mean predictions from the change to the alert; 10 bins, panes of 100, one false alarm in 43,200 panes',
    [
      {
        height: 210,
        x: {
          label: 'true population stability index of the change',
          from: 0.03,
          to: 1.2,
          isLogarithmic: true,
          ticks: INDICES.map((index) => [index, String(index)] as const),
        },
        y: {
          label: 'predictions',
          from: 80,
          to: 30_000,
          isLogarithmic: true,
          ticks: [
            [100, '100'],
            [1000, '1,000'],
            [10_000, '10,000'],
          ],
        },
        curves: [
          curve('5000', '0', { name: 'tolerance 0', ink: 'other' }),
          curve('5000', '0.1', { name: 'tolerance 0.1', ink: 'ours' }),
          curve('20000', '0.1', { name: 'tolerance 0.1, reference of 20,000', ink: 'ours', isDashed: true }),
        ],
        notes: [{ at: [0.0405, 21_000], text: 'not seen with a reference of 5,000' }],
      },
    ],
  );
}
