import type { BatchObservableResult, Meter, Observable } from '@opentelemetry/api';
import type { GpuSampler } from '../sampler/start-gpu-sampler.ts';
import { GPU_PROBE_UP, type GpuSeries } from './gpu-series.ts';

/**
 * Registers instruments that read the sampler's last snapshot whenever the meter is collected.
 * @returns how to take them back
 */
export function observeSampler(meter: Meter, sampler: GpuSampler, series: readonly GpuSeries[]): () => void {
  const instruments = series.map((one) => ({ series: one, instrument: createInstrument(meter, one) }));
  const { name, unit, description } = GPU_PROBE_UP;
  const probeUp = meter.createObservableGauge(name, { unit, description });
  const observed = [probeUp, ...instruments.map(({ instrument }) => instrument)];
  const observe = (result: BatchObservableResult): void => {
    const { state } = sampler;
    if (state === 'up' || state === 'down') {
      result.observe(probeUp, state === 'up' ? 1 : 0);
    }
    for (const device of sampler.latest()?.devices ?? []) {
      for (const { series: one, instrument } of instruments) {
        for (const { value, attributes } of one.points(device)) {
          result.observe(instrument, value, attributes);
        }
      }
    }
  };
  meter.addBatchObservableCallback(observe, observed);
  return () => meter.removeBatchObservableCallback(observe, observed);
}

function createInstrument(meter: Meter, { kind, name, unit, description }: GpuSeries): Observable {
  switch (kind) {
    case 'gauge':
      return meter.createObservableGauge(name, { unit, description });
    case 'counter':
      return meter.createObservableCounter(name, { unit, description });
    case 'upDownCounter':
      return meter.createObservableUpDownCounter(name, { unit, description });
  }
}
