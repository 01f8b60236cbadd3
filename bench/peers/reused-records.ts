import { type InferenceRecord, initObservability } from '@inferometer/observability';
import { INFERENCES } from '../workload/inferences.ts';
import type { MeasuredLibrary } from './library.ts';

export async function createReusing(recordAt: (place: number) => InferenceRecord): Promise<MeasuredLibrary> {
  const observability = initObservability({ prometheus: { host: '127.0.0.1', port: 0 } });
  const { metricsUrl } = await observability.ready;
  const records = Array.from({ length: INFERENCES }, (_, place) => recordAt(place));
  return {
    record: (place: number): void => observability.trackInference(records[place]!),
    serve: () => Promise.resolve(metricsUrl!),
  };
}
