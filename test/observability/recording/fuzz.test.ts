import { initObservability, type InferenceRecord, type Observability } from '@inferometer/observability';
import { expect } from 'chai';
import { captureDiag, type CapturedDiag } from '../../support/captured-diag.ts';
import { httpRequest } from '../../support/http-request.ts';
import { parsePrometheusText } from '../../support/prometheus-text.ts';

/** `FUZZ_RECORDS=1000000 npx mocha test/observability/recording/fuzz.test.ts` for a long run, `FUZZ_SEED` for another. */
const RECORDS = Number(process.env['FUZZ_RECORDS'] ?? 100_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_126);

/** Scrapes go on beside the recordings, as in life. */
const RECORDS_PER_TURN = RECORDS / 10;

const LARGEST_LATENCY_MS = 365 * 24 * 3600 * 1000;

/** Numbers from 0 to 1; the constants are those of Numerical Recipes' generator. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

class Totals {
  requests = 0;
  latencies = 0;
  confidences = 0;
  classes = 0;
  batches = 0;

  add({ latencyMs, confidence, predictedClass, batchSize }: InferenceRecord): void {
    this.requests += 1;
    this.latencies += isWithin(latencyMs, 0, LARGEST_LATENCY_MS) ? 1 : 0;
    this.confidences += isWithin(confidence, 0, 1) ? 1 : 0;
    this.classes += predictedClass === undefined || predictedClass === '' ? 0 : 1;
    this.batches += isWithin(batchSize, 1, 2 ** 30) && Number.isInteger(batchSize) ? 1 : 0;
  }
}

function isWithin(value: number | undefined, least: number, greatest: number): boolean {
  return value !== undefined && value >= least && value <= greatest;
}

/** The same totals as a body tells them, over all series, those of overflow included. */
function totalsIn(body: string): Totals {
  const families = parsePrometheusText(body);
  const sumOf = (family: string, name = family): number =>
    (families.get(family)?.samples ?? [])
      .filter((sample) => sample.name === name)
      .reduce((sum, { value }) => sum + value, 0);
  const countOf = (family: string): number => sumOf(family, `${family}_count`);
  return Object.assign(new Totals(), {
    requests: sumOf('inference_requests_total'),
    latencies: countOf('inference_latency_seconds') + countOf('inference_failure_latency_seconds'),
    confidences: countOf('model_confidence_scores'),
    classes: sumOf('prediction_distribution_total'),
    batches: countOf('batch_size'),
  });
}

describe('records of any kind', function () {
  this.timeout(600_000);
  let observability: Observability;
  let diag: CapturedDiag;

  beforeEach(() => {
    diag = captureDiag();
  });

  afterEach(async () => {
    await observability.shutdown();
    diag.release();
  });

  it(`add up, be they ${RECORDS}, while they are scraped`, async () => {
    observability = initObservability({
      prometheus: { host: '127.0.0.1', port: 0 },
      labels: { tenant: { max: 20 } },
      limits: { models: 10, classesPerModel: 20 },
      resources: false,
      gpu: false,
    });
    const { metricsUrl } = await observability.ready;
    const random = createRandom(SEED);
    const pick = <T>(...values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
    const expected = new Totals();
    let last = 0;
    for (let recorded = 0; recorded < RECORDS; recorded += RECORDS_PER_TURN) {
      for (let place = 0; place < RECORDS_PER_TURN; place++) {
        const record: InferenceRecord = {
          modelType: pick('document', 'image', `model ${Math.floor(random() * 50)}`, 'quote " \\ \n', '\ud800', '😀'),
          latencyMs: pick(0, -1, NaN, Infinity, 1e300, Number.MIN_VALUE, 10 ** (7 * random())),
          success: pick(true, false),
          confidence: pick(0, 1, 1.1, -0, NaN, random()),
          predictedClass: pick('', 'sports', `class ${Math.floor(random() * 1000)}`, '{le="0.5"}'),
          batchSize: pick(1, 0, 1.5, 2 ** 30, 2 ** 31, Math.floor(random() * 64)),
          labels: { tenant: pick('a', 'b', `tenant ${Math.floor(random() * 1000)}`) },
        };
        observability.trackInference(record);
        expected.add(record);
      }
      const { requests } = totalsIn((await httpRequest(metricsUrl!)).body);
      expect(requests).to.be.within(last, expected.requests);
      last = requests;
    }
    expect(totalsIn((await httpRequest(metricsUrl!)).body)).to.deep.equal(expected);
  });
});
