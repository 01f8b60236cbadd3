import type { Effort } from './command-line.ts';
import type { Machine } from './measure/machine.ts';

/** One question that is measured, in bench/<name>.bench.ts. */
export interface Scenario {
  readonly name: string;
  /** What is measured, as a heading. */
  readonly title: string;
  run(context: ScenarioContext): Promise<ScenarioResult>;
}

export interface ScenarioContext {
  readonly effort: Effort;
  /** Flags for the processes that are measured; none, unless tests want the source measured instead of the build. */
  readonly nodeFlags: readonly string[];
  /** Tells what is going on; `share` is how much of it is done, from 0 to 1. */
  readonly progress: (what: string, share: number) => void;
}

export interface ScenarioResult {
  readonly scenario: string;
  readonly title: string;
  /** What the numbers are and how they came about, in a sentence or two. */
  readonly explanation: string;
  /** What was chosen for this run: rounds, calls, seconds. */
  readonly settings: Readonly<Record<string, number | string>>;
  readonly table: Table;
  /** The numbers of the table unrounded, by library. */
  readonly measurements: readonly Measurement[];
  readonly requirements: readonly Requirement[];
  readonly chart: Chart;
}

export interface Table {
  /** The first column is text, all others are numbers. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Measurement {
  readonly library: string;
  readonly values: Readonly<Record<string, number | readonly number[] | boolean>>;
}

/** What the project promises, and whether this run shows it. */
export interface Requirement {
  readonly text: string;
  readonly measured: string;
  readonly met: boolean;
}

export interface Chart {
  readonly title: string;
  readonly subtitle: string;
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The value as it is to be read, e.g. `52 ns`. */
  readonly text: string;
  /** Ours stands out. */
  readonly highlighted: boolean;
}

/** As written to bench/results/<scenario>.json. */
export interface KeptResult extends ScenarioResult {
  readonly machine: Machine;
  /** Date of the run, e.g. `2026-11-23`. */
  readonly date: string;
  readonly command: string;
}
