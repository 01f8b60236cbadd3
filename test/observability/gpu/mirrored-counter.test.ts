import { expect } from 'chai';
import { defineMetric } from '../../../packages/observability/src/catalogue/metric-definition.ts';
import { createStoreProducer } from '../../../packages/observability/src/observer/store-producer.ts';
import { createAnnouncementLog } from '../../../packages/observability/src/store/announcement-log.ts';
import { createGaugeSlot } from '../../../packages/observability/src/store/gauge-slot.ts';
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

describe('a metric that is not in the catalogue', () => {
  it('is not read before it is defined', () => {
    const reader = createStoreReader({ now });
    const store = createSeriesStore({ writer: 1, announce: (announcement) => reader.accept(announcement), now });
    createGaugeSlot(store, { metric: energy, attributes: {}, origin: 'sampled' }, now).set(1);
    expect(reader.metrics.size).to.equal(0);
    expect(reader.seriesCount).to.equal(0);
  });
});
