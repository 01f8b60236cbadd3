export { GPU_PROBE_VARIABLE } from './sampler/probe-variable.ts';
export type { GpuProbeState } from './sampler/probe-supervisor.ts';
export type { GpuSourceOptions } from './sampler/gpu-source-options.ts';
export { type GpuSampler, type GpuSamplerOptions, startGpuSampler } from './sampler/start-gpu-sampler.ts';
export { GPU_PROBE_UP, GPU_SERIES, type GpuPoint, type GpuSeries } from './series/gpu-series.ts';
export { HARDWARE_SERIES } from './series/hardware-series.ts';
export { type GpuMetricsOptions, startGpuMetrics } from './series/start-gpu-metrics.ts';
export type { GpuDevice, GpuSnapshot, GpuSourceName, GpuVendor } from './snapshot/gpu-snapshot.ts';
