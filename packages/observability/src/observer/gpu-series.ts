import type { GpuPoint, GpuProbeState, GpuSampler, GpuSeries, GpuSnapshot } from '@inferometer/gpu-metrics';
import type * as gpuMetrics from '@inferometer/gpu-metrics';
import { type Attributes, diag } from '@opentelemetry/api';
import { metricsByName } from '../catalogue/metric-catalogue.ts';
import { defineMetric, type MetricDefinition } from '../catalogue/metric-definition.ts';
import type { ResolvedGpu } from '../options/resolved-options.ts';
import { createGaugeSlot, type GaugeSlot } from '../store/gauge-slot.ts';
import { seriesKey } from '../store/series-key.ts';
import type { SeriesStore } from '../store/series-store.ts';
import type { SeriesPlace } from './hardware-place.ts';

/** What GPUs are sampled with, and where it goes. */
export interface GpuSeriesParts {
  readonly options: ResolvedGpu;
  /** Where the sampler keeps its totals of counters. */
  readonly counters: SharedArrayBuffer | undefined;
  /** Where the documented series and those beside them go. */
  readonly common: SeriesPlace;
  /** Where OpenTelemetry's names for hardware go, if anywhere. */
  readonly hardware: SeriesPlace | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** The package, which is loaded only where GPUs are wanted. */
type GpuPackage = typeof gpuMetrics;

/**
 * 16 GPUs of 7 MIG instances each have a third of it. Slots are never given back, so what changes its labels again and
 * again must not fill the store.
 */
const MOST_SERIES = 4096;

/**
 * Samples the GPUs of this machine into series of the store. Nothing waits for it, and a package that cannot be loaded
 * or started costs the GPU metrics and one warning.
 *
 * @returns ends the sampling
 */
export function startGpuSeries(parts: GpuSeriesParts): () => void {
  let sampler: GpuSampler | undefined;
  let isStopped = false;
  const start = async (): Promise<void> => {
    const gpuPackage = await import('@inferometer/gpu-metrics');
    if (!isStopped) {
      sampler = startSampler(gpuPackage, parts);
    }
  };
  start().catch((error: unknown) => {
    diag.warn(`inferometer: there are no GPU metrics: ${String(error)}; set gpu: false if none are wanted.`);
  });
  return () => {
    isStopped = true;
    sampler?.stop();
  };
}

function startSampler(gpuPackage: GpuPackage, parts: GpuSeriesParts): GpuSampler {
  const { options, counters, common, hardware, now } = parts;
  const { semanticConventions: _place, ...samplerOptions } = options;
  const { GPU_SERIES, HARDWARE_SERIES, GPU_PROBE_UP } = gpuPackage;
  const probeUp = metricOf({ ...GPU_PROBE_UP, kind: 'gauge' });
  common.reader.define([probeUp]);
  const shown = [...showIn(common, GPU_SERIES), ...(hardware === undefined ? [] : showIn(hardware, HARDWARE_SERIES))];
  const gauges = new GpuGauges(shown, createGaugeSlot(common.store, describe(probeUp, {}), now), now);
  const sampler = gpuPackage.startGpuSampler({
    ...samplerOptions,
    counters,
    onSnapshot: (snapshot) => gauges.show(snapshot),
    onStateChange: (state) => gauges.tellState(state),
  });
  // Somebody else here may have started the probe before.
  const latest = sampler.latest();
  if (latest !== undefined) {
    gauges.show(latest);
  }
  gauges.tellState(sampler.state);
  return sampler;
}

function showIn({ store, reader }: SeriesPlace, sources: readonly GpuSeries[]): ShownSeries[] {
  const shown = sources.map((series) => new ShownSeries(series, store));
  reader.define(shown.map(({ metric }) => metric));
  return shown;
}

/** What is in the catalogue is meant where it has the same name: it can be set by hand as well. */
function metricOf({ name, unit, description, kind }: Omit<GpuSeries, 'points'>): MetricDefinition {
  return (
    metricsByName.get(name) ??
    defineMetric({
      name,
      unit,
      description,
      kind: STORED_KINDS[kind],
      labels: [],
      userLabels: false,
    })
  );
}

/** What the driver counts is told as it stands, and is absent where it tells nothing. */
const STORED_KINDS = {
  gauge: 'gauge',
  counter: 'mirroredCounter',
  upDownCounter: 'mirroredUpDownCounter',
} as const;

function describe(
  metric: MetricDefinition,
  attributes: Attributes,
): { metric: MetricDefinition; attributes: Attributes; origin: 'sampled' } {
  return { metric, attributes, origin: 'sampled' };
}

/** A slot, and the snapshot that set it last. */
interface Shown {
  readonly slot: GaugeSlot;
  snapshot: GpuSnapshot | undefined;
}

class ShownSeries {
  readonly metric: MetricDefinition;
  readonly points: GpuSeries['points'];
  readonly store: SeriesStore;
  readonly slots = new Map<string, Shown>();

  constructor(series: GpuSeries, store: SeriesStore) {
    this.metric = metricOf(series);
    this.store = store;
    this.points = (device) => series.points(device);
  }
}

class GpuGauges {
  readonly #series: readonly ShownSeries[];
  readonly #probeUp: GaugeSlot;
  readonly #now: () => number;
  #slots = 0;
  #hasWarned = false;

  constructor(series: readonly ShownSeries[], probeUp: GaugeSlot, now: () => number) {
    this.#series = series;
    this.#probeUp = probeUp;
    this.#now = now;
  }

  /** Shows what the snapshot tells and nothing else. */
  show(snapshot: GpuSnapshot): void {
    for (const series of this.#series) {
      for (const device of snapshot.devices) {
        for (const point of series.points(device)) {
          this.#set(series, point, snapshot);
        }
      }
      this.#hideAllBut(series, snapshot);
    }
  }

  tellState(state: GpuProbeState): void {
    if (state !== 'up') {
      this.#series.forEach((series) => this.#hideAllBut(series, undefined));
    }
    this.#probeUp.set(PROBE_UP[state]);
  }

  #set(series: ShownSeries, { value, attributes }: GpuPoint, snapshot: GpuSnapshot): void {
    const key = seriesKey(attributes);
    let shown = series.slots.get(key);
    if (shown === undefined) {
      if (this.#slots >= MOST_SERIES) {
        this.#warnOfTooMany();
        return;
      }
      this.#slots += 1;
      shown = {
        slot: createGaugeSlot(series.store, describe(series.metric, attributes), this.#now),
        snapshot: undefined,
      };
      series.slots.set(key, shown);
    }
    shown.slot.set(value);
    shown.snapshot = snapshot;
  }

  #hideAllBut(series: ShownSeries, snapshot: GpuSnapshot | undefined): void {
    for (const shown of series.slots.values()) {
      if (shown.snapshot !== snapshot) {
        shown.snapshot = undefined;
        shown.slot.set(undefined);
      }
    }
  }

  #warnOfTooMany(): void {
    if (!this.#hasWarned) {
      this.#hasWarned = true;
      diag.warn(`inferometer: more than ${MOST_SERIES} GPU series; further ones are left out.`);
    }
  }
}

const PROBE_UP: Readonly<Record<GpuProbeState, 0 | 1 | undefined>> = {
  up: 1,
  down: 0,
  starting: undefined,
  absent: undefined,
};
