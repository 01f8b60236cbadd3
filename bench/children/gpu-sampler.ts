// Samples GPUs and counts snapshots. Arguments: the options of the sampler as JSON.
import { type GpuSamplerOptions, startGpuSampler } from '@inferometer/gpu-metrics';
import { answerRequests } from '../measure/child-process.ts';

/** Answered once so many snapshots have come. */
export interface SnapshotsWanted {
  readonly snapshots: number;
}

let seen = 0;
let onSnapshot = (): void => {};

const options = JSON.parse(process.argv[2] ?? '{}') as GpuSamplerOptions;
startGpuSampler({
  ...options,
  onSnapshot: () => {
    seen += 1;
    onSnapshot();
  },
});

answerRequests(({ snapshots }: SnapshotsWanted): Promise<number> => {
  const { promise, resolve } = Promise.withResolvers<number>();
  onSnapshot = (): void => {
    if (seen >= snapshots) {
      resolve(seen);
    }
  };
  onSnapshot();
  return promise;
});
