import { shiftedDeciles } from '../shifted-deciles.ts';
import { figure, type Point } from './figure.ts';
import { watchStream, type WatchedStream } from './watched-stream.ts';

const DAY = 1440;
const DAYS = 2;
const even = shiftedDeciles(0);

/** Traffic that swings by a tenth between day and night: with a tolerance and without one. */
export function dayPicture(): string {
  const watch = (tolerance: number): WatchedStream =>
    watchStream({
      seed: 3,
      referenceSamples: 20_000,
      referenceShares: even,
      minutes: DAYS * DAY,
      predictionsPerMinute: 100,
      liveShares: (minute) => {
        const swing = 0.1 * Math.sin((2 * Math.PI * minute) / DAY);
        return even.map((share, bin) => share * (1 + (bin % 2 === 0 ? swing : -swing)));
      },
      // The size of this change is below the floor, so neither would alert: it is the evidence that is looked at.
      options: { tolerance },
    });
  const tolerant = watch(0.1);
  const strict = watch(0);
  const curve = ({ minutes }: WatchedStream): Point[] =>
    minutes.flatMap(({ logEvidence }, index): Point[] => (index % 5 === 0 ? [[(index + 1) / 60, logEvidence]] : []));
  const hours = DAYS * 24;
  return figure(
    'Day and night are no drift',
    'Every class swings by 10% of its share; 100 predictions a minute, reference of 20,000',
    [
      {
        height: 190,
        x: {
          label: 'hours',
          from: 0,
          to: hours,
          ticks: [0, 6, 12, 18, 24, 30, 36, 42, 48].map((hour) => [hour, String(hour)] as const),
        },
        y: {
          label: 'log of evidence',
          from: -10,
          to: 35,
          ticks: [-10, 0, 10, 20, 30].map((value) => [value, String(value)] as const),
        },
        curves: [
          { name: 'tolerance 0', ink: 'other', kind: 'line', points: curve(strict) },
          { name: 'tolerance 0.1, the default', ink: 'ours', kind: 'line', points: curve(tolerant) },
          {
            name: 'threshold',
            ink: 'limit',
            kind: 'line',
            isDashed: true,
            points: [
              [0, tolerant.logThreshold],
              [hours, tolerant.logThreshold],
            ],
          },
        ],
      },
    ],
  );
}
