import { DataPointType } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { defineMetric } from '../../../packages/observability/src/catalogue/metric-definition.ts';
import { createStoreProducer } from '../../../packages/observability/src/observer/store-producer.ts';
import { createAnnouncementLog } from '../../../packages/observability/src/store/announcement-log.ts';
import { createGaugeSlot, type GaugeSlot } from '../../../packages/observability/src/store/gauge-slot.ts';
import { createSeriesStore } from '../../../packages/observability/src/store/series-store.ts';
import { createStoreReader } from '../../../packages/observability/src/store/store-reader.ts';

const NOW_MS = 1_800_000_000_000;
const now = (): number => NOW_MS;

const energy = defineMetric({
  name: 'test.energy',
  kind: 'mirroredCounter',
  unit: 'J',
  description: 'Energy.',
  labels: ['gpu_id'],
  userLabels: false,
});

describe('a counter that somebody else keeps', () => {
  const log = createAnnouncementLog();
  const reader = createStoreReader({ now });
  reader.define([energy]);
  log.follow((announcement) => reader.accept(announcement));
  const store = createSeriesStore({ writer: 1, announce: (announcement) => log.record(announcement), now });
  const slot = createGaugeSlot(store, { metric: energy, attributes: { gpu_id: '0' }, origin: 'sampled' }, now);

  async function exported(): Promise<unknown> {
    const { resourceMetrics } = await createStoreProducer(reader, now).collect();
    return resourceMetrics.scopeMetrics[0]?.metrics.map((metric) => ({
      name: metric.descriptor.name,
      isMonotonic: 'isMonotonic' in metric && metric.isMonotonic,
      values: metric.dataPoints.map(({ value }) => value),
      since: metric.dataPoints.map(({ startTime }) => startTime),
    }));
  }

  it('has the name of a counter', () => {
    expect(energy.prometheusName).to.equal('test_energy_joules_total');
  });

  it('is exported as a monotonic sum of unknown age, and as what it was last set to', async () => {
    slot.set(100);
    slot.set(130);
    expect(await exported()).to.deep.equal([
      { name: 'test.energy', isMonotonic: true, values: [130], since: [[0, 0]] },
    ]);
  });

  it('is absent while nobody tells it', async () => {
    slot.set(undefined);
    expect(await exported()).to.deep.equal([]);
    slot.set(150);
    expect(await exported()).to.deep.equal([
      { name: 'test.energy', isMonotonic: true, values: [150], since: [[0, 0]] },
    ]);
  });

  it('ends with its writer, and the next one tells it anew', async () => {
    log.retire(1);
    expect(await exported()).to.deep.equal([]);
    const next = createSeriesStore({ writer: 3, announce: (announcement) => log.record(announcement), now });
    createGaugeSlot(next, { metric: energy, attributes: { gpu_id: '0' }, origin: 'sampled' }, now).set(160);
    expect(await exported()).to.deep.equal([
      { name: 'test.energy', isMonotonic: true, values: [160], since: [[0, 0]] },
    ]);
  });
});

describe('an up-down counter that somebody else keeps', () => {
  const used = defineMetric({ ...energy, name: 'test.used', kind: 'mirroredUpDownCounter', unit: 'By' });
  const log = createAnnouncementLog();
  const reader = createStoreReader({ now });
  reader.define([used]);
  log.follow((announcement) => reader.accept(announcement));
  const slotOf = (writer: number, setAtMs: number): GaugeSlot => {
    const store = createSeriesStore({ writer, announce: (announcement) => log.record(announcement), now });
    return createGaugeSlot(store, { metric: used, attributes: {}, origin: 'sampled' }, () => setAtMs);
  };

  async function exported(): Promise<unknown> {
    const { resourceMetrics } = await createStoreProducer(reader, now).collect();
    return resourceMetrics.scopeMetrics[0]?.metrics.map((metric) => ({
      isSum: metric.dataPointType === DataPointType.SUM,
      isMonotonic: 'isMonotonic' in metric && metric.isMonotonic,
      values: metric.dataPoints.map(({ value }) => value),
    }));
  }

  it('has the name of a gauge, and no ratio where its unit is 1', () => {
    expect(used.prometheusName).to.equal('test_used_bytes');
    expect(defineMetric({ ...used, unit: '1' }).prometheusName).to.equal('test_used');
  });

  it('is exported as what it was last set to by any writer, and not added up over them', async () => {
    slotOf(1, NOW_MS).set(100);
    const slot = slotOf(3, NOW_MS + 1);
    slot.set(30);
    expect(await exported()).to.deep.equal([{ isSum: true, isMonotonic: false, values: [30] }]);
    log.retire(1);
    slot.set(undefined);
    expect(await exported()).to.deep.equal([]);
  });
});

describe('a metric that is not in the catalogue', () => {
  it('is not read before it is defined', () => {
    const reader = createStoreReader({ now });
    const store = createSeriesStore({ writer: 1, announce: (announcement) => reader.accept(announcement), now });
    createGaugeSlot(store, { metric: energy, attributes: {}, origin: 'sampled' }, now).set(1);
    expect(reader.metrics.size).to.equal(0);
    expect(reader.seriesCount).to.equal(0);
  });
});
