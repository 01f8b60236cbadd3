import { defineMetric, type MetricDefinition } from './metric-definition.ts';

function resourceMetric(
  kind: MetricDefinition['kind'],
  name: string,
  unit: string,
  labels: readonly string[],
  description: string,
): MetricDefinition {
  return defineMetric({ name, kind, unit, description, labels, userLabels: false });
}

export const cpuUtilization: MetricDefinition = resourceMetric(
  'gauge',
  'cpu.utilization',
  '%',
  [],
  "Processor use as a share of the container's quota, or of the host where there is none, from 0 to 100.",
);

export const memoryUsed: MetricDefinition = resourceMetric(
  'gauge',
  'memory.used',
  'By',
  [],
  'Memory in use: the working set of the container, or what the host has not available.',
);

export const cpuLimit: MetricDefinition = resourceMetric(
  'gauge',
  'cpu.limit.cores',
  '',
  [],
  'Processor cores that cpu_utilization_percent is a share of.',
);

export const memoryLimit: MetricDefinition = resourceMetric(
  'gauge',
  'memory.limit',
  'By',
  [],
  'Memory that memory_used_bytes can grow to.',
);

export const cpuThrottled: MetricDefinition = resourceMetric(
  'mirroredCounter',
  'cpu.throttled',
  's',
  [],
  'Time that the container was held back by its processor quota, since it started.',
);

export const resourceScope: MetricDefinition = resourceMetric(
  'gauge',
  'inferometer.resource.scope',
  '',
  ['scope'],
  'Always 1; whether processor and memory are those of the container or of the host.',
);

export const gpuUtilization: MetricDefinition = resourceMetric(
  'gauge',
  'gpu.utilization',
  '%',
  ['gpu_id'],
  'Share of the time in which the GPU was busy, from 0 to 100.',
);

export const gpuMemoryUsed: MetricDefinition = resourceMetric(
  'gauge',
  'gpu.memory.used',
  'By',
  ['gpu_id'],
  'GPU memory in use.',
);

export const resourceMetrics: readonly MetricDefinition[] = [
  cpuUtilization,
  memoryUsed,
  cpuLimit,
  memoryLimit,
  cpuThrottled,
  resourceScope,
  gpuUtilization,
  gpuMemoryUsed,
];
