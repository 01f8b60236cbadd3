import { cpuUtilization, gpuMemoryUsed, gpuUtilization, memoryUsed } from '../catalogue/resource-metrics.ts';
import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import type { BoundedLabel } from '../inference/bounded-label.ts';
import type { DroppedValues } from '../inference/dropped-values.ts';
import { labelText } from '../inference/label-text.ts';
import type { ManualGauges, ValueRange } from './manual-gauges.ts';

/** Values of the resource metrics, told by the application. `null` gives a series back to the sampler. */
export interface ResourceValues {
  /** `cpu_utilization_percent`, from 0 to 100. */
  readonly cpuPercent?: number | null | undefined;
  /** `memory_used_bytes`, from 0. */
  readonly memoryBytes?: number | null | undefined;
  /** `gpu_utilization_percent` by GPU index, from 0 to 100. */
  readonly gpuPercent?: Readonly<Record<string | number, number | null | undefined>> | undefined;
  /** `gpu_memory_used_bytes` by GPU index, from 0. */
  readonly gpuMemoryBytes?: Readonly<Record<string | number, number | null | undefined>> | undefined;
}

const PERCENT: ValueRange = { least: 0, most: 100 };
const BYTES: ValueRange = { least: 0, most: Number.MAX_SAFE_INTEGER };

export type UpdateResourceMetrics = (values: ResourceValues) => void;

/** @param gpuLabel how many GPUs may have series; there is none to overflow to, as gauges do not add up */
export function createResourceUpdate(
  gauges: ManualGauges,
  dropped: DroppedValues,
  gpuLabel: BoundedLabel,
): UpdateResourceMetrics {
  const setPerGpu = (metric: MetricDefinition, values: unknown, range: ValueRange, field: string): void => {
    if (values === undefined || values === null) {
      return;
    }
    for (const [index, value] of Object.entries(values)) {
      const gpuId = labelText(index);
      if (gpuLabel.admit(gpuId)) {
        gauges.set(metric, { gpu_id: gpuId }, value, range, field);
      } else {
        dropped.drop(metric, 'out_of_range', field);
      }
    }
  };
  return (values) => {
    try {
      gauges.set(cpuUtilization, {}, values.cpuPercent, PERCENT, 'cpuPercent');
      gauges.set(memoryUsed, {}, values.memoryBytes, BYTES, 'memoryBytes');
      setPerGpu(gpuUtilization, values.gpuPercent, PERCENT, 'gpuPercent');
      setPerGpu(gpuMemoryUsed, values.gpuMemoryBytes, BYTES, 'gpuMemoryBytes');
    } catch {
      dropped.drop(cpuUtilization, 'unreadable', 'updateResourceMetrics');
    }
  };
}
