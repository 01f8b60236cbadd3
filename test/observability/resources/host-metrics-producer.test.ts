import { diag } from '@opentelemetry/api';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import type { CollectionResult, MetricData, MetricProducer } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { createHostMetricsProducer } from '../../../packages/observability/src/observer/resources/host-metrics-producer.ts';
import { createManualClock } from './manual-clock.ts';
import type { ManualClock } from './manual-clock.ts';

class Reader extends MetricReader {
  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}

function metricsOf({ resourceMetrics }: CollectionResult): MetricData[] {
  return resourceMetrics.scopeMetrics.flatMap(({ metrics }) => metrics);
}

function pointsOf(result: CollectionResult) {
  return metricsOf(result).flatMap(({ descriptor, dataPoints }) =>
    dataPoints.map(({ attributes, value }) => ({ name: descriptor.name, attributes, value })),
  );
}

describe('createHostMetricsProducer', () => {
  let clock: ManualClock;
  let warnings: string[];
  const realMemory = process.memoryUsage.rss.bind(process.memoryUsage);

  beforeEach(() => {
    clock = createManualClock();
    warnings = [];
    const ignore = () => {};
    diag.setLogger({
      error: ignore,
      info: ignore,
      debug: ignore,
      verbose: ignore,
      warn: (text) => warnings.push(text),
    });
  });

  afterEach(() => {
    process.memoryUsage.rss = realMemory;
    diag.disable();
  });

  /** Host-metrics asks for the memory once per collection. */
  function countCollections(memory: () => number = realMemory): () => number {
    let collections = 0;
    process.memoryUsage.rss = () => {
      collections += 1;
      return memory();
    };
    return () => collections;
  }

  async function readThrough(producer: MetricProducer, readers = 2): Promise<CollectionResult[]> {
    const outer = Array.from({ length: readers }, () => new Reader({ metricProducers: [producer] }));
    const provider = new MeterProvider({ readers: outer });
    const results = await Promise.all(outer.map((reader) => reader.collect()));
    await provider.shutdown();
    return results;
  }

  it('gives processor time, processor use and memory of the process by default', async () => {
    const result = await createHostMetricsProducer({ clock }).collect();
    expect(result.errors).to.deep.equal([]);
    expect(metricsOf(result).map(({ descriptor }) => [descriptor.name, descriptor.unit])).to.deep.include.members([
      ['process.cpu.time', 's'],
      ['process.memory.usage', ''],
    ]);
    const memory = pointsOf(result).find(({ name }) => name === 'process.memory.usage');
    expect(memory?.value).to.be.within(1024 ** 2, 1024 ** 5);
  });

  it('gives two readers that collect at the same time the same finite values', async () => {
    const producer = createHostMetricsProducer({ clock });
    await producer.collect();
    for (let round = 0; round < 3; round += 1) {
      clock.advance(1000);
      const [first, second] = await readThrough(producer);
      expect(first && pointsOf(first)).to.deep.equal(second && pointsOf(second));
      for (const { name, value } of first ? pointsOf(first) : []) {
        expect(Number.isFinite(value) && Number(value) >= 0, `${name} ${JSON.stringify(value)}`).to.equal(true);
      }
    }
  });

  it('collects once for callers that come together, and for those that come within a second', async () => {
    const collections = countCollections();
    const producer = createHostMetricsProducer({ clock });
    const [first, second] = await Promise.all([producer.collect(), producer.collect()]);
    expect(second).to.equal(first);
    clock.advance(999);
    expect(await producer.collect()).to.equal(first);
    expect(collections()).to.equal(1);
    clock.advance(1);
    expect(await producer.collect()).to.not.equal(first);
    expect(collections()).to.equal(2);
  });

  it('leaves out values that are not finite or are negative, and metrics without values', async () => {
    for (const memory of [Number.NaN, Infinity, -1]) {
      countCollections(() => memory);
      const result = await createHostMetricsProducer({ clock, groups: ['process.memory', 'system.memory'] }).collect();
      expect(metricsOf(result).map(({ descriptor }) => descriptor.name)).to.deep.equal([
        'system.memory.usage',
        'system.memory.utilization',
      ]);
      expect(result.errors).to.deep.equal([]);
    }
  });

  it('gives nothing but the error when the package fails, with one warning a minute, and recovers', async () => {
    const producer = createHostMetricsProducer({ clock });
    expect(metricsOf(await producer.collect())).to.not.deep.equal([]);
    countCollections(() => {
      throw new Error('EMFILE');
    });
    for (let round = 0; round < 61; round += 1) {
      clock.advance(1000);
      const failed = await producer.collect();
      expect(metricsOf(failed)).to.deep.equal([]);
      expect(failed.errors).to.have.length(1);
    }
    expect(warnings).to.have.length(2);
    process.memoryUsage.rss = realMemory;
    clock.advance(1000);
    expect(metricsOf(await producer.collect()).map(({ descriptor }) => descriptor.name)).to.include(
      'process.memory.usage',
    );
  });

  it('keeps the identity of attributes and descriptors from one collection to the next', async () => {
    const producer = createHostMetricsProducer({ clock, groups: ['process.cpu', 'process.memory', 'system.cpu'] });
    const identities: unknown[][] = [];
    for (let round = 0; round < 3; round += 1) {
      const result = await producer.collect();
      identities.push(
        metricsOf(result)
          .filter(({ descriptor }) => !descriptor.name.endsWith('.utilization'))
          .flatMap(({ descriptor, dataPoints }) => [[descriptor], dataPoints.map(({ attributes }) => attributes)])
          .flat(),
      );
      clock.advance(1000);
    }
    expect(identities[0]).to.have.length.above(5);
    identities[1]?.forEach((object, index) => expect(object).to.equal(identities[0]?.[index]));
    identities[2]?.forEach((object, index) => expect(object).to.equal(identities[0]?.[index]));
  });

  it('does not pass on that the package has a successor, and leaves the logger in place', async () => {
    await createHostMetricsProducer({ clock }).collect();
    expect(warnings).to.deep.equal([]);
    diag.warn('still here');
    expect(warnings).to.deep.equal(['still here']);
  });

  it('starts no child process for its default groups, and loads nothing without groups', async () => {
    const fixture = fileURLToPath(new URL('fixtures/watch-child-processes.ts', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [...process.execArgv, fixture], { timeout: 15_000 });
    const seen = JSON.parse(stdout) as { metrics: string[] };
    expect(seen).to.deep.include({ loadedForNothing: false, loadedForGroups: true, started: [], errors: 0 });
    expect(seen.metrics).to.include('process.memory.usage');
  });
});
