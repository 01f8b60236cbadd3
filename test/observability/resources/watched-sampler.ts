import type { OperatingSystem } from '../../../packages/observability/src/observer/resources/host-reader.ts';
import { createResourceFileSystem } from '../../../packages/observability/src/observer/resources/resource-file-system.ts';
import type { ResourceFileSystem } from '../../../packages/observability/src/observer/resources/resource-file-system.ts';
import { createResourceSampler } from '../../../packages/observability/src/observer/resources/resource-sampler.ts';
import type {
  ResourceSample,
  ResourceSampler,
} from '../../../packages/observability/src/observer/resources/resource-sampler.ts';
import { createManualClock } from './manual-clock.ts';
import type { ManualClock } from './manual-clock.ts';

export const INTERVAL_MS = 10_000;

/** A system that would say things no test expects: whatever comes from it shows. */
export const strangeLinux: OperatingSystem = {
  platform: 'linux',
  cpus: () => Array.from({ length: 77 }, () => ({ times: { user: 1, nice: 0, sys: 0, idle: 1, irq: 0 } })),
  totalmem: () => 777,
  freemem: () => 77,
};

/** A sampler on a clock that stands still. */
export interface WatchedSampler {
  readonly sampler: ResourceSampler;
  readonly clock: ManualClock;
  /** Every sample so far. */
  readonly samples: readonly ResourceSample[];
  /** The sample after the last one that was asked for. */
  next(): Promise<ResourceSample>;
  /** Lets time pass, then gives the next sample. */
  after(milliseconds: number): Promise<ResourceSample>;
}

export function watchSampler(
  files: string | ResourceFileSystem,
  operatingSystem: OperatingSystem = strangeLinux,
): WatchedSampler {
  const clock = createManualClock();
  const samples: ResourceSample[] = [];
  let asked = 0;
  let arrived: () => void = () => {};
  const sampler = createResourceSampler({
    intervalMs: INTERVAL_MS,
    clock,
    operatingSystem,
    fileSystem: typeof files === 'string' ? createResourceFileSystem(files) : files,
    onSample(sample) {
      samples.push(sample);
      arrived();
    },
  });
  const next = async (): Promise<ResourceSample> => {
    while (samples[asked] === undefined) {
      await new Promise<void>((resolve) => {
        arrived = resolve;
      });
    }
    asked += 1;
    return samples[asked - 1] as ResourceSample;
  };
  return {
    sampler,
    clock,
    samples,
    next,
    after(milliseconds) {
      clock.advance(milliseconds);
      return next();
    },
  };
}
