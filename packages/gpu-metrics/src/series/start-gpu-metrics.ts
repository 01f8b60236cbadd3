import type { Meter } from '@opentelemetry/api';
import { type GpuSampler, type GpuSamplerOptions, startGpuSampler } from '../sampler/start-gpu-sampler.ts';
import { GPU_SERIES } from './gpu-series.ts';
import { HARDWARE_SERIES } from './hardware-series.ts';
import { observeSampler } from './observe-sampler.ts';

/** How GPUs are turned into metrics. */
export interface GpuMetricsOptions extends GpuSamplerOptions {
  /** Any meter: of the global MeterProvider, or of one of your own. */
  readonly meter: Meter;
  /** Whether `hw.gpu.*`, `hw.power`, `hw.energy`, `hw.temperature` and `hw.errors` are there too; default false. */
  readonly semanticConventions?: boolean;
}

/**
 * Registers instruments for the GPUs of this machine and starts to sample them. A collection reads the last snapshot and
 * never waits. What a device does not tell has no series; when the probe is silent for three intervals, all series but
 * `gpu.probe.up` disappear.
 *
 * Call it once in a process, not once in each of its threads.
 *
 * @throws RangeError if an option has a value that cannot be used
 *
 * @example
 * const gpus = startGpuMetrics({ meter: metrics.getMeter('gpu'), intervalMs: 10_000 });
 * process.once('SIGTERM', () => gpus.stop());
 */
export function startGpuMetrics(options: GpuMetricsOptions): GpuSampler {
  const { meter, semanticConventions = false, ...samplerOptions } = options;
  const sampler = startGpuSampler(samplerOptions);
  if (sampler.state === 'absent') {
    return sampler;
  }
  const series = semanticConventions ? [...GPU_SERIES, ...HARDWARE_SERIES] : GPU_SERIES;
  const forget = observeSampler(meter, sampler, series);
  return {
    get state() {
      return sampler.state;
    },
    latest: () => sampler.latest(),
    stop() {
      forget();
      sampler.stop();
    },
  };
}
