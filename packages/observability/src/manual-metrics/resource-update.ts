import { cpuUtilization, gpuMemoryUsed, gpuUtilization, memoryUsed } from '../catalogue/resource-metrics.ts';
import type { MetricDefinition } from '../catalogue/metric-definition.ts';
import type { BoundedLabel } from '../inference/bounded-label.ts';
import type { DroppedValues } from '../diagnostics/dropped-values.ts';
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

const PER_GPU = [
  [gpuUtilization, 'gpuPercent', PERCENT],
  [gpuMemoryUsed, 'gpuMemoryBytes', BYTES],
] as const;

/** More than any machine has, and little enough that a list of millions holds nobody up. */
const MOST_INDEXES = 1024;

export type UpdateResourceMetrics = (values: ResourceValues) => void;

/** @param gpuLabel how many GPUs may have series; there is none to overflow to, as gauges do not add up */
export function createResourceUpdate(
  gauges: ManualGauges,
  dropped: DroppedValues,
  gpuLabel: BoundedLabel,
): UpdateResourceMetrics {
  const setGpu = (metric: MetricDefinition, index: string, value: unknown, range: ValueRange, field: string): void => {
    const gpuId = labelText(index);
    if (gpuLabel.admit(gpuId)) {
      gauges.set(metric, { gpu_id: gpuId }, value, range, field);
    } else {
      dropped.drop(metric, 'out_of_range', field);
    }
  };
  const setPerGpu = (metric: MetricDefinition, perGpu: unknown, range: ValueRange, field: string): void => {
    if (perGpu === undefined || perGpu === null) {
      return;
    }
    if (typeof perGpu !== 'object') {
      dropped.drop(metric, 'wrong_type', field);
      return;
    }
    for (const index of gpuIndexes(perGpu)) {
      let value: unknown;
      try {
        value = (perGpu as Readonly<Record<string, unknown>>)[index];
      } catch {
        dropped.drop(metric, 'unreadable', field);
        continue;
      }
      setGpu(metric, index, value, range, field);
    }
  };
  return (values) => {
    if (typeof values !== 'object' || values === null) {
      dropped.drop(cpuUtilization, 'wrong_type', 'updateResourceMetrics');
      return;
    }
    gauges.set(cpuUtilization, {}, gauges.read(cpuUtilization, values, 'cpuPercent'), PERCENT, 'cpuPercent');
    gauges.set(memoryUsed, {}, gauges.read(memoryUsed, values, 'memoryBytes'), BYTES, 'memoryBytes');
    for (const [metric, field, range] of PER_GPU) {
      try {
        setPerGpu(metric, gauges.read(metric, values, field), range, field);
      } catch {
        // A proxy that does not list what it has.
        dropped.drop(metric, 'unreadable', field);
      }
    }
  };
}

/** @throws whatever a proxy throws */
function gpuIndexes(perGpu: object): readonly string[] {
  return Object.keys(perGpu).slice(0, MOST_INDEXES);
}
