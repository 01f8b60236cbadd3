import { createInferometer } from './inferometer.ts';
import type { MeasuredLibrary } from './library.ts';

/** As `inferometer`, with latencies counted by an exponential grid too. */
export function create(): Promise<MeasuredLibrary> {
  return createInferometer({ nativeHistograms: true });
}
