import type { GpuSourceOptions } from '@inferometer/gpu-metrics';
import { type OptionReader } from './option-reader.ts';
import type { ResolvedGpu } from './resolved-options.ts';

/** What the sampler of `@inferometer/gpu-metrics` takes: faster, it would compete with the inference for the driver. */
const intervalRange = { min: 100, max: 3_600_000 };

const programs = ['nvml', 'nvidiaSmi', 'sysfs'] as const;

/** @throws ConfigurationError for the first option that is wrong */
export function resolveGpuCollection(options: OptionReader): ResolvedGpu | false {
  const gpu = options.part('gpu');
  if (options.value('gpu') === false) {
    return false;
  }
  const intervalMs = gpu.integer('intervalMs', intervalRange);
  const slowIntervalMs = gpu.integer('slowIntervalMs', intervalRange);
  const semanticConventions = gpu.boolean('semanticConventions');
  const sources = resolveSources(gpu.section('sources'));
  return {
    ...(intervalMs === undefined ? undefined : { intervalMs }),
    ...(slowIntervalMs === undefined ? undefined : { slowIntervalMs }),
    ...(Object.keys(sources).length === 0 ? undefined : { sources }),
    ...(semanticConventions === undefined ? undefined : { semanticConventions }),
  };
}

function resolveSources(sources: OptionReader): GpuSourceOptions {
  const resolved: { -readonly [Name in keyof GpuSourceOptions]: GpuSourceOptions[Name] } = {};
  for (const name of programs) {
    const given = sources.value(name);
    if (given !== undefined && given !== false && (typeof given !== 'string' || given.trim() === '')) {
      sources.refuse(name, 'must be a path or false');
    }
    if (given !== undefined) {
      resolved[name] = given;
    }
  }
  const systeminformation = sources.boolean('systeminformation');
  if (systeminformation !== undefined) {
    resolved.systeminformation = systeminformation;
  }
  return resolved;
}
