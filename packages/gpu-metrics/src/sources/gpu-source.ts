import type { ProbeNote } from '../probe/probe-messages.ts';
import type { GpuDevice } from '../snapshot/gpu-snapshot.ts';

/** A moment at which all sources are asked. */
export interface SampleTick {
  /** Milliseconds from a fixed point; never set back. */
  readonly nowMs: number;
  /** Whether what is dear to ask is asked too. Always true for the first tick. */
  readonly isSlow: boolean;
}

/** A way of asking the GPUs of one vendor, or of all that no other source knows. */
export interface GpuSource {
  /** What the devices tell now, at once where the source need not wait; none while they cannot be asked. */
  sample(tick: SampleTick): readonly GpuDevice[] | Promise<readonly GpuDevice[]>;
  close(): void;
}

/**
 * What came of looking for the GPUs of a vendor.
 * - `open`: there are some, or there should be: the source asks again where they fail.
 * - `empty`: there are none.
 * - `unavailable`: this way of asking does not work here; another may.
 */
export type SourceOpening =
  | { readonly kind: 'open'; readonly source: GpuSource }
  | { readonly kind: 'empty' | 'unavailable'; readonly reason: string };

/** Takes what somebody who runs the service may want to know. */
export type TakeNote = (note: ProbeNote) => void;

/** The properties that have a value: what is not known is absent. */
export function definedOnly<Properties extends object>(properties: Properties): Defined<Properties> {
  // A plain loop: this runs for each device at each tick, and entries would take a tenth of the tick (bench/gpu).
  const defined: Partial<Record<string, unknown>> = {};
  for (const key in properties) {
    if (properties[key] !== undefined) {
      defined[key] = properties[key];
    }
  }
  return defined as Defined<Properties>;
}

/** The same properties, none of them undefined. */
export type Defined<Properties> = { [Key in keyof Properties]: Exclude<Properties[Key], undefined> };
