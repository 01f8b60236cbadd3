import type { GpuSourceOptions } from '../sampler/gpu-source-options.ts';
import type { GpuSnapshot } from '../snapshot/gpu-snapshot.ts';

/** What the probe is started with: its one argument, as JSON. */
export interface ProbeStart {
  readonly intervalMs: number;
  /** Every so many ticks the expensive questions are asked too. */
  readonly slowEveryTicks: number;
  /** The process whose GPU memory is told apart. */
  readonly processId: number;
  readonly sources: GpuSourceOptions;
}

/** One line of the probe. */
export type ProbeMessage =
  | { readonly snapshot: GpuSnapshot; readonly notes?: readonly ProbeNote[] }
  /** There is no GPU. The probe ends after it. */
  | { readonly none: true; readonly notes?: readonly ProbeNote[] };

/** What somebody who runs the service may want to know; `cause` is the same for the same trouble. */
export interface ProbeNote {
  readonly level: 'debug' | 'warn';
  readonly cause: string;
  readonly text: string;
}
