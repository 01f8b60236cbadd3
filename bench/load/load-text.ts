import type { Machine } from '../measure/machine.ts';
import { median } from '../measure/statistics.ts';
import { textTable } from '../report/text-table.ts';
import { decimals } from '../report/units.ts';
import type { LoadComparison, LoadPair } from './compare-load.ts';
import type { LoadRun } from './drive-load.ts';

interface Quantity {
  readonly name: string;
  readonly of: (run: LoadRun) => number | undefined;
  readonly text: (value: number) => string;
  /** Of throughput more is better, of everything else less. */
  readonly moreIsBetter?: true;
}

const milliseconds = (value: number): string => `${decimals(value, 2)} ms`;

const QUANTITIES: readonly Quantity[] = [
  { name: 'requests/s', of: (run) => run.requestsPerSecond, text: (value) => decimals(value, 0), moreIsBetter: true },
  {
    name: 'CPU per request',
    of: (run) => run.cpuMicrosecondsPerRequest,
    text: (value) => `${decimals(value, 0)} µs`,
  },
  { name: 'latency p50', of: (run) => run.p50Ms, text: milliseconds },
  { name: 'latency p90', of: (run) => run.p90Ms, text: milliseconds },
  { name: 'latency p99', of: (run) => run.p99Ms, text: milliseconds },
];

/** The comparison for a terminal. */
export function loadText(comparison: LoadComparison, machine: Pick<Machine, 'cores' | 'node' | 'processor'>): string {
  const { options, pairs, answered, counted, failures } = comparison;
  const rows = QUANTITIES.map((quantity) => quantityRow(quantity, pairs)).filter((row) => row !== undefined);
  return [
    `multimodal-api, ${options.connections} connections, ${pairs.length} pairs of runs of ${options.seconds} s`,
    `${machine.processor}, ${machine.cores} cores, Node.js ${machine.node}`,
    '',
    textTable({ columns: ['', 'without', 'with', 'cost', 'middle half of the pairs'], rows }),
    '',
    failures.length > 0
      ? failures.join('\n')
      : `All ${decimals(answered, 0)} answered requests were counted (${decimals(counted - answered, 0)} more were under way at the end of a run).`,
  ].join('\n');
}

function quantityRow({ name, of, text, moreIsBetter }: Quantity, pairs: readonly LoadPair[]): string[] | undefined {
  const plain = pairs.map((pair) => of(pair.plain));
  const instrumented = pairs.map((pair) => of(pair.instrumented));
  if (!plain.every(isNumber) || !instrumented.every(isNumber)) {
    return undefined;
  }
  // Within a pair, so that what slows the machine down for a while is in both.
  const costs = plain.map((value, place) =>
    moreIsBetter ? value / instrumented[place]! - 1 : instrumented[place]! / value - 1,
  );
  const sorted = costs.toSorted((left, right) => left - right);
  const at = (share: number): number => sorted[Math.round((sorted.length - 1) * share)]!;
  return [
    name,
    text(median(plain)),
    text(median(instrumented)),
    percent(median(costs)),
    `${percent(at(0.25))} to ${percent(at(0.75))}`,
  ];
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}

function percent(share: number): string {
  return `${share < 0 ? '-' : '+'}${decimals(Math.abs(share) * 100, 1)} %`;
}
