import { expect } from 'chai';
import { diag } from '@opentelemetry/api';
import { exactValue, type InlineObservability, seriesOf, useInlineObservability } from './inline-observability.ts';

function revoked(target: object): never {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy as never;
}

function throwing(...fields: string[]): object {
  const record = { modelType: 'm', latencyMs: 8, confidence: 0.5, predictedClass: 'a', batchSize: 2 };
  for (const field of fields) {
    Object.defineProperty(record, field, {
      get: () => {
        throw new Error(`no ${field} for you`);
      },
    });
  }
  return record;
}

class RecordOfAClass {
  readonly #latencyMs = 8;
  readonly modelType = 'm';
  get latencyMs(): number {
    return this.#latencyMs;
  }
}

describe('trackInference', () => {
  const start = useInlineObservability();

  async function requests(observability: InlineObservability): Promise<number> {
    return (await observability.scrape()).sum('inference_requests_total');
  }

  const noRecords: readonly (readonly [string, unknown])[] = [
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['a text', 'x'],
    ['a symbol', Symbol('x')],
    ['a function', (): void => {}],
    ['an array', [1, 2]],
    ['a revoked proxy', revoked({})],
    ['an object without a prototype', Object.create(null)],
  ];
  for (const [what, record] of noRecords) {
    it(`takes ${what} for an inference of which nothing is known`, async () => {
      const observability = start();
      observability.trackInference(record as never);
      const scrape = await observability.scrape();
      expect(exactValue(scrape, 'inference_requests_total', { model_type: 'unknown', status: 'success' })).to.equal(1);
      expect(scrape.sum('inference_requests_total')).to.equal(1);
    });
  }

  it('counts what it got as unreadable, where it was no record at all', async () => {
    const observability = start();
    observability.trackInference(undefined as never);
    observability.trackInference(null as never);
    expect(seriesOf(await observability.scrape(), 'inferometer_dropped_values_total')).to.deep.equal([
      { labels: { metric: 'inference_requests_total', cause: 'unreadable' }, value: 2 },
    ]);
  });

  it('takes frozen records and instances of classes like any other', async () => {
    const observability = start();
    observability.trackInference(Object.freeze({ modelType: 'm', latencyMs: 8 }));
    observability.trackInference(new RecordOfAClass());
    observability.trackInference(Object.create(new RecordOfAClass(), {}) as never);
    const scrape = await observability.scrape();
    expect(exactValue(scrape, 'inference_requests_total', { model_type: 'm', status: 'success' })).to.equal(3);
    // The third inherits a getter that its private field is out of reach for.
    expect(exactValue(scrape, 'inference_latency_seconds_count', { model_type: 'm' })).to.equal(2);
  });

  it('records what it can read of a record whose getters throw, once', async () => {
    const observability = start();
    observability.trackInference(throwing('confidence') as never);
    observability.trackInference(throwing('latencyMs', 'batchSize') as never);
    observability.trackInference(throwing('modelType') as never);
    observability.trackInference(
      throwing('warmup', 'requestId', 'labels', 'predictions', 'errorCode', 'success') as never,
    );
    const scrape = await observability.scrape();
    expect(exactValue(scrape, 'inference_requests_total', { model_type: 'm', status: 'success' })).to.equal(3);
    expect(exactValue(scrape, 'inference_requests_total', { model_type: 'unknown', status: 'success' })).to.equal(1);
    expect(scrape.sum('inference_latency_seconds_count')).to.equal(3);
    expect(scrape.sum('batch_size_count')).to.equal(3);
    expect(scrape.sum('model_confidence_scores_count')).to.equal(3);
    expect(scrape.sum('prediction_distribution_total')).to.equal(4);
    expect(scrape.sum('inferometer_dropped_values_total', { cause: 'unreadable' })).to.equal(10);
  });

  const hostileBatches: readonly (readonly [string, () => unknown, dropped: number])[] = [
    ['is a revoked proxy', (): unknown => revoked([]), 1],
    ['is a text', (): unknown => 'ab', 1],
    ['is array-like only', (): unknown => ({ length: 2, 0: {}, 1: {} }), 1],
    [
      'has a length that throws',
      (): unknown =>
        new Proxy([], {
          get: () => {
            throw new Error('no');
          },
        }),
      1,
    ],
    [
      'has items that throw',
      (): unknown => {
        const items: unknown[] = [{ predictedClass: 'a' }];
        Object.defineProperty(items, 1, {
          get: () => {
            throw new Error('no');
          },
        });
        return items;
      },
      1,
    ],
    ['has revoked items', (): unknown => [revoked({}), { predictedClass: 'a' }], 1],
    ['has only holes', (): unknown => Array.from({ length: 3 }), 3],
  ];
  for (const [what, batch, dropped] of hostileBatches) {
    it(`counts a record once whose batch ${what}`, async () => {
      const observability = start();
      observability.trackInference({
        modelType: 'm',
        latencyMs: 8,
        predictedClass: 'own',
        requestId: 'r',
        predictions: batch() as never,
      });
      const scrape = await observability.scrape();
      expect(scrape.sum('inference_requests_total')).to.equal(1);
      expect(scrape.sum('inference_latency_seconds_count')).to.equal(1);
      expect(scrape.value('prediction_distribution_total', { predicted_class: 'own' })).to.equal(1);
      expect(scrape.sum('inferometer_dropped_values_total', { metric: 'prediction_distribution_total' })).to.equal(
        dropped,
      );
    });
  }

  it('is not held up by a batch that is billions long', async () => {
    const observability = start();
    const sparse: unknown[] = [];
    sparse.length = 2 ** 32 - 1;
    const before = performance.now();
    observability.trackInference({ modelType: 'm', requestId: 'r', predictions: sparse as never });
    expect(performance.now() - before).to.be.below(1000);
    expect(await requests(observability)).to.equal(1);
  });

  it('counts a record once whose labels cannot be read', async () => {
    const observability = start({ labels: { tenant: { max: 10 } } });
    const labels = Object.defineProperty({}, 'tenant', {
      get: () => {
        throw new Error('no');
      },
    });
    for (const given of [labels, revoked({}), 'tenant', 5, (): void => {}]) {
      observability.trackInference({ modelType: 'm', latencyMs: 8, labels: given });
    }
    observability.trackInference({ modelType: 'm', latencyMs: 8, labels: { tenant: {} } as never });
    observability.trackInference({ modelType: 'm', latencyMs: 8, labels: null as never });
    const scrape = await observability.scrape();
    expect(exactValue(scrape, 'inference_requests_total', { model_type: 'm', status: 'success' })).to.equal(7);
    expect(scrape.sum('inference_requests_total')).to.equal(7);
    expect(seriesOf(scrape, 'inferometer_dropped_values_total')).to.have.deep.members([
      { labels: { metric: 'inference_requests_total', cause: 'unreadable' }, value: 2 },
      { labels: { metric: 'inference_requests_total', cause: 'wrong_type' }, value: 4 },
    ]);
  });

  it("counts a record once where the application's own logger throws", async () => {
    const observability = start();
    const broken = (): never => {
      throw new Error('the log is full');
    };
    diag.setLogger(
      { error: broken, warn: broken, info: broken, debug: broken, verbose: broken },
      { suppressOverrideMessage: true },
    );
    observability.trackInference({ modelType: 'm', latencyMs: -1, confidence: 0.5 });
    const scrape = await observability.scrape();
    expect(scrape.sum('inference_requests_total')).to.equal(1);
    expect(scrape.sum('model_confidence_scores_count')).to.equal(1);
    expect(scrape.sum('inferometer_dropped_values_total')).to.equal(1);
  });

  it('survives every other call that is given nonsense', async () => {
    const observability = start();
    const nonsense: readonly unknown[] = [undefined, null, 5, 'x', Symbol('x'), [], {}, revoked({}), (): void => {}];
    for (const value of nonsense) {
      for (const other of nonsense) {
        const timer = observability.startInference(value as never, other as never);
        timer.phase(value as never);
        timer.phase(other as never);
        timer.end(value as never);
        observability.startInference(value as never).fail(value, other as never);
        observability.recordGroundTruth(value as never, other as never);
      }
      observability.updateResourceMetrics(value as never);
      observability.updateDriftMetrics(value as never);
    }
    const scrape = await observability.scrape();
    const each = nonsense.length ** 2;
    expect(scrape.sum('inference_requests_total', { status: 'success' })).to.equal(each);
    expect(scrape.sum('inference_requests_total', { status: 'error' })).to.equal(each);
    expect(scrape.sum('inference_in_flight')).to.equal(0);
  });
});

const hostileTexts: readonly (readonly [what: string, text: string, label?: string])[] = [
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['toString', 'toString'],
  ['hasOwnProperty', 'hasOwnProperty'],
  ['quotes', 'a "quoted" \'class\''],
  ['newlines', 'line\nline\r\nline\u2028line\u2029line\u0085line'],
  ['backslashes', '\\ \\n \\" \\\\'],
  ['control characters', '\0\u0001\u001f\u007f'],
  ['a lone high surrogate', 'a\ud800b', 'a\ufffdb'],
  ['a lone low surrogate', '\udc00', '\ufffd'],
  ['emoji', '👩🏽‍🚀🇪🇺'],
  ['text from right to left', '\u202eهذا نص'],
  ['what looks like a sample line', 'x"} 1\ninference_requests_total{status="success'],
  ['what looks like a comment', '# TYPE x counter'],
  ['blanks', '  \t '],
  ['256 characters', 'x'.repeat(256)],
  ['257 characters', 'y'.repeat(257), 'y'.repeat(256)],
  ['a pair of surrogates where it is cut', `${'z'.repeat(255)}😀`, 'z'.repeat(255)],
  ['a megabyte', 'm'.repeat(1_000_000), 'm'.repeat(256)],
];

describe('a label', () => {
  const start = useInlineObservability();

  for (const [what, text, label = text] of hostileTexts) {
    it(`may hold ${what}`, async () => {
      const observability = start({ labels: { tenant: { max: 10 } } });
      for (let time = 0; time < 2; time++) {
        observability.trackInference({ modelType: text, predictedClass: text, labels: { tenant: text } });
        observability.trackInference({ modelType: text, errorCode: text });
      }
      const timer = observability.startInference(text);
      timer.phase(text);
      timer.end();
      const scrape = await observability.scrape();
      expect(seriesOf(scrape, 'prediction_distribution_total')).to.deep.equal([
        { labels: { model_type: label, predicted_class: label, tenant: label }, value: 2 },
      ]);
      expect(seriesOf(scrape, 'error_count_total')).to.deep.equal([
        { labels: { model_type: label, error_code: label }, value: 2 },
      ]);
      expect(seriesOf(scrape, 'inference_phase_seconds_count')).to.deep.equal([
        { labels: { model_type: label, phase: label }, value: 1 },
      ]);
    });
  }

  it('that is empty is counted as if it was not there', async () => {
    const observability = start({ labels: { tenant: { max: 10 }, region: { max: 10 } } });
    const labelSets = [{}, { tenant: '' }, { tenant: '', region: '' }, undefined, { tenant: undefined, region: null }];
    for (const labels of labelSets) {
      observability.trackInference({ modelType: 'm', predictedClass: 'a', ...(labels && { labels: labels as never }) });
    }
    const scrape = await observability.scrape();
    expect(seriesOf(scrape, 'prediction_distribution_total')).to.deep.equal([
      { labels: { model_type: 'm', predicted_class: 'a' }, value: 5 },
    ]);
    expect(exactValue(scrape, 'inference_requests_total', { model_type: 'm', status: 'success' })).to.equal(5);
  });
});
