import type { CollectionResult, MetricProducer } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { guardProducer } from '../../../packages/observability/src/observer/guard-producer.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { gaugeData, resourceMetrics } from '../../support/metric-data.ts';

const good: CollectionResult = { resourceMetrics: resourceMetrics([[gaugeData('x', [[{}, 1]])]]), errors: [] };

function guard(collect: MetricProducer['collect']) {
  const clock = createManualClock();
  const messages: string[] = [];
  const producer = guardProducer(
    { collect },
    {
      name: 'the bridge',
      timeoutMs: 1000,
      clock,
      log: { report: (_, message) => messages.push(message) > 0, recovered: () => undefined },
    },
  );
  return { clock, messages, producer };
}

describe('a guarded metric producer', () => {
  it('passes a result through, and the deadline to the producer', async () => {
    const timeouts: unknown[] = [];
    const { clock, producer } = guard((options) => {
      timeouts.push(options?.timeoutMillis);
      return Promise.resolve(good);
    });
    expect(await producer.collect()).to.equal(good);
    await producer.collect({ timeoutMillis: 300 });
    expect(timeouts).to.deep.equal([1000, 300]);
    expect(clock.pendingTimers).to.equal(0);
  });

  const failures: [string, MetricProducer['collect'], string][] = [
    ['rejects', () => Promise.reject(new Error('no answer from main')), 'no answer from main'],
    [
      'throws',
      () => {
        throw new Error('broken');
      },
      'broken',
    ],
    [
      'answers with something else',
      () => Promise.resolve({} as CollectionResult),
      'its answer is no collection result',
    ],
    [
      'answers with metrics that are no list',
      () => Promise.resolve({ errors: [], resourceMetrics: { scopeMetrics: [{}] } } as unknown as CollectionResult),
      'its answer is no collection result',
    ],
  ];
  for (const [what, collect, reason] of failures) {
    it(`gives an empty result with the error when the producer ${what}`, async () => {
      const { messages, producer } = guard(collect);
      const { resourceMetrics: metrics, errors } = await producer.collect();
      expect(metrics.scopeMetrics).to.deep.equal([]);
      expect(errors.map(String)).to.deep.equal([
        `ProducerFailedError: the metrics of the bridge are missing: ${reason}`,
      ]);
      expect(messages).to.deep.equal([`the metrics of the bridge are missing: ${reason}`]);
    });
  }

  it('waits for a producer that does not answer until the deadline, then leaves it alone for a minute', async () => {
    let calls = 0;
    const { clock, messages, producer } = guard(() => {
      calls += 1;
      return new Promise(() => undefined);
    });
    const first = producer.collect();
    clock.advance(1000);
    expect((await first).errors).to.have.length(1);
    expect(messages).to.deep.equal(['the metrics of the bridge are missing: the bridge did not finish within 1000 ms']);

    clock.advance(59_999);
    expect((await producer.collect()).errors).to.have.length(1);
    expect(calls).to.equal(1);

    clock.advance(1);
    const retry = producer.collect();
    clock.advance(1000);
    expect((await retry).errors).to.have.length(1);
    expect(calls).to.equal(2);
  });

  it('asks a producer again as soon as its late answer came', async () => {
    const answers: ((result: CollectionResult) => void)[] = [];
    const { clock, producer } = guard(() => new Promise((resolve) => answers.push(resolve)));
    const first = producer.collect();
    clock.advance(1000);
    await first;
    answers[0]?.(good);
    await Promise.resolve();
    await Promise.resolve();

    const second = producer.collect();
    answers[1]?.(good);
    expect(await second).to.equal(good);
  });
});
