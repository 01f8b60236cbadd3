import { expect } from 'chai';
import { type Arbitrary, array, assert, asyncProperty, constantFrom, double, integer, oneof, record } from 'fast-check';
import { seriesOf, useInlineObservability } from './inline-observability.ts';

const LIMITS = { models: 2, classesPerModel: 2, errorCodesPerModel: 2 } as const;
const MOST_TENANTS = 2;
const YEAR_MS = 365 * 24 * 3600 * 1000;

/** What must be counted of records, written down as plainly as it can be: maps of counts by label set. */
class ExpectedCounts {
  readonly requests = new Map<string, number>();
  readonly errors = new Map<string, number>();
  readonly classes = new Map<string, number>();
  readonly latencies = new Map<string, number>();
  readonly failureLatencies = new Map<string, number>();
  readonly latencySums = new Map<string, number>();
  readonly confidences = new Map<string, number>();
  readonly batches = new Map<string, number>();
  readonly #admitted = new Map<string, Set<string>>();

  add(given: Readonly<Record<string, unknown>>): void {
    const base = { ...this.#model(given['modelType']), ...this.#tenant(given['labels']) };
    const scope = `${this.#model(given['modelType'])['model_type']}`;
    const { success, errorCode } = given;
    const hasCode = errorCode !== undefined && errorCode !== null && errorCode !== '' && errorCode !== 0;
    const hasFalsySuccess = success !== undefined && success !== null && (!success || success === 'false');
    const failed = hasFalsySuccess || (success !== true && hasCode);
    count(this.requests, { ...base, status: failed ? 'error' : 'success' });
    if (failed) {
      const code = hasCode ? (label(errorCode) ?? '') : '';
      count(this.errors, {
        ...base,
        ...this.#limited('error_code', scope, code === '' ? 'unknown' : code, LIMITS.errorCodesPerModel, ['unknown']),
      });
    }
    const { latencyMs } = given;
    if (typeof latencyMs === 'number' && latencyMs >= 0 && latencyMs <= YEAR_MS && given['warmup'] !== true) {
      count(failed ? this.failureLatencies : this.latencies, base);
      count(this.latencySums, base, failed ? 0 : latencyMs / 1000);
    }
    this.#addPrediction(base, scope, given);
    const { batchSize, predictions } = given;
    if (Number.isInteger(batchSize) && (batchSize as number) >= 1 && (batchSize as number) <= 2 ** 30) {
      count(this.batches, base);
    }
    for (const prediction of Array.isArray(predictions) ? (predictions as readonly unknown[]) : []) {
      this.#addPrediction(base, scope, (prediction ?? {}) as Record<string, unknown>);
    }
  }

  #addPrediction(base: Labels, scope: string, prediction: Readonly<Record<string, unknown>>): void {
    const { confidence, predictedClass } = prediction;
    if (typeof confidence === 'number' && confidence >= 0 && confidence <= 1) {
      count(this.confidences, base);
    }
    const text = label(predictedClass);
    if (text !== undefined && text !== '') {
      const limited = this.#limited('predicted_class', scope, text, LIMITS.classesPerModel);
      count(this.classes, { ...base, ...limited });
    }
  }

  #model(given: unknown): Labels {
    const name = label(given) ?? '';
    return this.#limited('model_type', 'all', name === '' ? 'unknown' : name, LIMITS.models, ['unknown']);
  }

  #tenant(labels: unknown): Labels {
    const isObject = typeof labels === 'object' && labels !== null;
    const tenant = isObject ? label((labels as Record<string, unknown>)['tenant']) : undefined;
    return tenant === undefined || tenant === '' ? {} : this.#limited('tenant', 'all', tenant, MOST_TENANTS);
  }

  #limited(name: string, scope: string, value: string, limit: number, always: readonly string[] = []): Labels {
    const key = `${name} ${scope}`;
    const admitted = this.#admitted.get(key) ?? new Set<string>();
    this.#admitted.set(key, admitted);
    if (always.includes(value) || admitted.has(value) || admitted.size < limit) {
      if (!always.includes(value)) {
        admitted.add(value);
      }
      return { [name]: value };
    }
    return { otel_metric_overflow: 'true' };
  }
}

type Labels = Readonly<Record<string, string>>;

function count(counts: Map<string, number>, labels: Labels, amount = 1): void {
  const key = keyOf(labels);
  counts.set(key, (counts.get(key) ?? 0) + amount);
}

function keyOf(labels: Labels): string {
  const present = Object.entries(labels).filter(([, value]) => value !== '');
  return JSON.stringify(present.sort(([left], [right]) => (left < right ? -1 : 1)));
}

function label(value: unknown): string | undefined {
  const isText = typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint';
  return isText || Number.isFinite(value) ? String(value).slice(0, 256).toWellFormed() : undefined;
}

const anything = constantFrom<unknown>(
  undefined,
  null,
  Number.NaN,
  Infinity,
  -Infinity,
  -1,
  -0,
  1e308,
  5,
  10n,
  '',
  'x',
  true,
  false,
  {},
  [],
  Symbol('s'),
);
const names = oneof(
  {
    weight: 5,
    arbitrary: constantFrom<unknown>('a', 'b', 'c', '__proto__', 'constructor', 'unknown', 3, '3', true),
  },
  { weight: 1, arbitrary: constantFrom<unknown>('q"\n\\', '\ud800', '\u2028\0', '😀', 'l'.repeat(300)) },
  { weight: 1, arbitrary: anything },
);
/** Eighths of a second, whose sums are exact in whatever order they are added. */
const latencies = oneof(
  { weight: 4, arbitrary: integer({ min: 0, max: 10_000 }).map<unknown>((eighths) => eighths * 125) },
  { weight: 1, arbitrary: anything },
);
const shares = oneof(
  { weight: 4, arbitrary: double({ min: 0, max: 1, noNaN: true }) },
  { weight: 1, arbitrary: anything },
);
const prediction = record({ predictedClass: names, confidence: shares }, { requiredKeys: [] });
const records = record(
  {
    modelType: names,
    latencyMs: latencies,
    success: oneof(constantFrom<unknown>(true, false, undefined), anything),
    errorCode: names,
    confidence: shares,
    predictedClass: names,
    batchSize: oneof(integer({ min: 0, max: 2000 }) as Arbitrary<unknown>, anything),
    predictions: oneof(
      array(oneof(prediction, constantFrom(undefined, null)), { maxLength: 4 }) as Arbitrary<unknown>,
      anything,
    ),
    requestId: oneof(constantFrom<unknown>('r1', 'r2'), anything),
    labels: oneof(record({ tenant: names }) as Arbitrary<unknown>, anything),
    warmup: constantFrom<unknown>(undefined, false, true, 1),
  },
  { requiredKeys: [] },
);

describe('whatever is recorded', () => {
  const start = useInlineObservability();

  it('adds up: over random hostile records each series holds what belongs into it, and all hold everything', async () => {
    await assert(
      asyncProperty(array(records, { maxLength: 60 }), async (given) => {
        const observability = start({ limits: LIMITS, labels: { tenant: { max: MOST_TENANTS } } });
        try {
          const expected = new ExpectedCounts();
          for (const one of given) {
            observability.trackInference(one as never);
            expected.add(one);
          }
          const scrape = await observability.scrape();
          const scraped = (name: string): Record<string, number> =>
            Object.fromEntries(
              seriesOf(scrape, name)
                .filter(({ value }) => value !== 0)
                .map(({ labels, value }) => [keyOf(labels), value]),
            );
          const wanted = (counts: Map<string, number>): Record<string, number> =>
            Object.fromEntries([...counts].filter(([, value]) => value !== 0));
          expect(scraped('inference_requests_total')).to.deep.equal(wanted(expected.requests));
          expect(scraped('error_count_total')).to.deep.equal(wanted(expected.errors));
          expect(scraped('prediction_distribution_total')).to.deep.equal(wanted(expected.classes));
          expect(scraped('inference_latency_seconds_count')).to.deep.equal(wanted(expected.latencies));
          expect(scraped('inference_latency_seconds_sum')).to.deep.equal(wanted(expected.latencySums));
          expect(scraped('inference_failure_latency_seconds_count')).to.deep.equal(wanted(expected.failureLatencies));
          expect(scraped('model_confidence_scores_count')).to.deep.equal(wanted(expected.confidences));
          expect(scraped('batch_size_count')).to.deep.equal(wanted(expected.batches));
          expect(scrape.sum('inference_requests_total')).to.equal(given.length);
        } finally {
          await observability.shutdown();
        }
      }),
      { numRuns: 100 },
    );
  });
});
