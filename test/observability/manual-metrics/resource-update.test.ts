import { expect } from 'chai';
import { eventually } from '../../support/eventually.ts';
import { exactValue, seriesOf, useInlineObservability } from '../recording/inline-observability.ts';

describe('updateResourceMetrics', () => {
  const start = useInlineObservability();

  it('sets what it is given and leaves alone what it is not', async () => {
    const observability = start();
    observability.updateResourceMetrics({ cpuPercent: 45.2, memoryBytes: 2048 });
    observability.updateResourceMetrics({ cpuPercent: 50, memoryBytes: undefined });
    observability.updateResourceMetrics({});
    const scrape = await observability.scrape();
    expect(exactValue(scrape, 'cpu_utilization_percent')).to.equal(50);
    expect(exactValue(scrape, 'memory_used_bytes')).to.equal(2048);
    expect(seriesOf(scrape, 'gpu_utilization_percent')).to.have.length(0);
  });

  it('sets GPUs by index, given as an object or as an array', async () => {
    const observability = start();
    observability.updateResourceMetrics({ gpuPercent: { 0: 78.5, 3: 12 }, gpuMemoryBytes: [1024, 2048] as never });
    const scrape = await observability.scrape();
    expect(seriesOf(scrape, 'gpu_utilization_percent')).to.have.deep.members([
      { labels: { gpu_id: '0' }, value: 78.5 },
      { labels: { gpu_id: '3' }, value: 12 },
    ]);
    expect(seriesOf(scrape, 'gpu_memory_used_bytes')).to.have.deep.members([
      { labels: { gpu_id: '0' }, value: 1024 },
      { labels: { gpu_id: '1' }, value: 2048 },
    ]);
  });

  it('makes what is set to null disappear', async () => {
    const observability = start();
    observability.updateResourceMetrics({ cpuPercent: 45.2, gpuPercent: { 0: 1, 1: 2 } });
    observability.updateResourceMetrics({ cpuPercent: null, memoryBytes: null, gpuPercent: { 1: null, 2: null } });
    const scrape = await observability.scrape();
    expect(seriesOf(scrape, 'cpu_utilization_percent')).to.have.length(0);
    expect(seriesOf(scrape, 'memory_used_bytes')).to.have.length(0);
    expect(seriesOf(scrape, 'gpu_utilization_percent')).to.deep.equal([{ labels: { gpu_id: '0' }, value: 1 }]);
  });

  it('wins over what is sampled, until it is set to null', async () => {
    const observability = start({ resources: { intervalMs: 100, hostMetrics: false } });
    const memory = async (): Promise<number | undefined> =>
      exactValue(await observability.scrape(), 'memory_used_bytes');
    const sampled = await eventually(memory);
    expect(sampled).to.be.above(1024);
    observability.updateResourceMetrics({ memoryBytes: 5 });
    expect(await memory()).to.equal(5);
    // Samples go on being taken meanwhile: another metric shows that one was.
    const scope = async (): Promise<true | undefined> =>
      seriesOf(await observability.scrape(), 'memory_limit_bytes').length === 1 ? true : undefined;
    observability.resources.stop();
    await eventually(async () => ((await scope()) === undefined ? true : undefined));
    observability.resources.start();
    await eventually(scope);
    expect(await memory()).to.equal(5);
    observability.updateResourceMetrics({ memoryBytes: null });
    expect(await memory()).to.be.above(1024);
  });

  const badValues: readonly (readonly [what: string, update: object, metric: string, cause: string, times: number])[] =
    [
      ['a share below 0', { cpuPercent: -0.1 }, 'cpu_utilization_percent', 'out_of_range', 1],
      ['a share above 100', { cpuPercent: 100.1 }, 'cpu_utilization_percent', 'out_of_range', 1],
      ['NaN', { cpuPercent: Number.NaN }, 'cpu_utilization_percent', 'not_finite', 1],
      ['Infinity', { memoryBytes: Infinity }, 'memory_used_bytes', 'not_finite', 1],
      ['a number in a text', { memoryBytes: '5' }, 'memory_used_bytes', 'wrong_type', 1],
      ['a big integer', { memoryBytes: 5n }, 'memory_used_bytes', 'wrong_type', 1],
      ['memory below 0', { memoryBytes: -1 }, 'memory_used_bytes', 'out_of_range', 1],
      ['a number in place of GPUs', { gpuPercent: 50 }, 'gpu_utilization_percent', 'wrong_type', 1],
      [
        'bad values of two GPUs',
        { gpuPercent: { 0: -1, 1: 101, 2: 50 } },
        'gpu_utilization_percent',
        'out_of_range',
        2,
      ],
      [
        'values that cannot be read',
        {
          get cpuPercent(): number {
            throw new Error('no');
          },
        },
        'cpu_utilization_percent',
        'unreadable',
        1,
      ],
      [
        'GPUs that cannot be listed',
        {
          gpuMemoryBytes: new Proxy(
            {},
            {
              ownKeys: () => {
                throw new Error('no');
              },
            },
          ),
        },
        'gpu_memory_used_bytes',
        'unreadable',
        1,
      ],
    ];
  for (const [what, update, metric, cause, times] of badValues) {
    it(`drops and counts ${what}, alone`, async () => {
      const observability = start();
      const good = { cpuPercent: 45, memoryBytes: 1024, gpuPercent: { 7: 1 }, gpuMemoryBytes: { 7: 1 } };
      observability.updateResourceMetrics(good);
      const { cpuPercent, memoryBytes, gpuPercent, gpuMemoryBytes } = good;
      const others = Object.defineProperties(
        { cpuPercent, memoryBytes, gpuPercent, gpuMemoryBytes },
        Object.getOwnPropertyDescriptors(update),
      );
      observability.updateResourceMetrics(others);
      const scrape = await observability.scrape();
      expect(seriesOf(scrape, 'inferometer_dropped_values_total')).to.deep.equal([
        { labels: { metric, cause }, value: times },
      ]);
      expect(exactValue(scrape, 'cpu_utilization_percent')).to.equal(45);
      expect(exactValue(scrape, 'memory_used_bytes')).to.equal(1024);
      expect(exactValue(scrape, 'gpu_utilization_percent', { gpu_id: '7' })).to.equal(1);
      expect(exactValue(scrape, 'gpu_memory_used_bytes', { gpu_id: '7' })).to.equal(1);
    });
  }

  it('has room for 128 GPUs: indexes beyond are dropped, as gauges do not add up', async () => {
    const observability = start();
    for (let index = 0; index < 1000; index++) {
      observability.updateResourceMetrics({ gpuPercent: { [index]: 50 } });
    }
    observability.updateResourceMetrics({
      gpuMemoryBytes: Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`gpu ${index}`, 1])),
    });
    const scrape = await observability.scrape();
    expect(seriesOf(scrape, 'gpu_utilization_percent')).to.have.length(128);
    expect(exactValue(scrape, 'gpu_utilization_percent', { gpu_id: '127' })).to.equal(50);
    expect(
      scrape.sum('inferometer_dropped_values_total', { metric: 'gpu_utilization_percent', cause: 'out_of_range' }),
    ).to.equal(872);
  });
});
