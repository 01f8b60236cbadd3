import { references } from '../workload/references.ts';
import { createInferometer } from './inferometer.ts';
import type { MeasuredLibrary } from './library.ts';

/** As `inferometer`, with a reference for each model: classes and confidences are counted by its bins too. */
export function create(): Promise<MeasuredLibrary> {
  return createInferometer({ models: references([]) });
}
