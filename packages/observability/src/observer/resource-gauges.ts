import {
  cpuLimit,
  cpuThrottled,
  cpuUtilization,
  memoryLimit,
  memoryUsed,
  resourceScope,
} from '../catalogue/resource-metrics.ts';
import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import { createGaugeSlot, type GaugeSlot } from '../store/gauge-slot.ts';
import type { SeriesStore } from '../store/series-store.ts';
import type { ResourceSample } from './resources/resource-sampler.ts';

/** Writes samples to gauges; what a sample does not tell disappears. */
export function createResourceGauges(store: SeriesStore, now: () => number): (sample: ResourceSample) => void {
  const gauge = (metric: MetricDefinition, attributes = {}): GaugeSlot =>
    createGaugeSlot(store, { metric, attributes, origin: 'sampled' }, now);
  const cpu = gauge(cpuUtilization);
  const memory = gauge(memoryUsed);
  const cores = gauge(cpuLimit);
  const capacity = gauge(memoryLimit);
  const throttled = gauge(cpuThrottled);
  const scopes = {
    container: gauge(resourceScope, { scope: 'container' }),
    host: gauge(resourceScope, { scope: 'host' }),
  };
  return (sample) => {
    cpu.set(sample.cpuPercent);
    memory.set(sample.memoryUsedBytes);
    cores.set(sample.cpuLimitCores);
    capacity.set(sample.memoryLimitBytes);
    throttled.set(sample.cpuThrottledSeconds);
    scopes.container.set(sample.scope === 'container' ? 1 : undefined);
    scopes.host.set(sample.scope === 'host' ? 1 : undefined);
  };
}
