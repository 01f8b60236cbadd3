import { expect } from 'chai';
import { initObservability, type Observability } from '@inferometer/observability';

describe('what is instrumented', () => {
  let observability: Observability;

  beforeEach(() => {
    observability = initObservability({ serviceName: 'api', prometheus: false, observer: 'inline' });
  });

  afterEach(() => observability.shutdown());

  /** The series of one model without buckets and times, as they are scraped. */
  async function seriesOf(model: string): Promise<string[]> {
    const text = await observability.metricsText();
    return text
      .split('\n')
      .filter((line) => line.includes(`model_type="${model}"`) && !/_bucket|_sum|phase/.test(line))
      .map((line) => line.replace(`model_type="${model}"`, '').replace(/,(?=})|(?<={),/g, ''));
  }

  it('appears as the series of its model, failures and aborts included', async () => {
    const predict = observability.instrument(
      'document',
      async (text: string, signal?: AbortSignal) => {
        signal?.throwIfAborted();
        if (text === '') {
          throw new RangeError('no text');
        }
        return { label: text, score: 0.9 };
      },
      { extract: (result) => ({ predictedClass: result.label, confidence: result.score, batchSize: 1 }) },
    );
    await predict('sports');
    await predict('').catch(() => {});
    await predict('sports', AbortSignal.abort('gone')).catch(() => {});
    const series = await seriesOf('document');
    expect(series).to.include.members([
      'inference_requests_total{status="success"} 1',
      'inference_requests_total{status="error"} 2',
      'error_count_total{error_code="RangeError"} 1',
      'error_count_total{error_code="aborted"} 1',
      'prediction_distribution_total{predicted_class="sports"} 1',
      'inference_latency_seconds_count{} 1',
      'inference_failure_latency_seconds_count{} 2',
      'model_confidence_scores_count{} 1',
      'batch_size_count{} 1',
      'inference_in_flight{} 0',
    ]);
  });

  it('counts a stream as in flight until it was read', async () => {
    const generate = observability.instrument('llm', async function* () {
      yield 'one';
      yield 'two';
    });
    const generator = generate();
    await generator.next();
    expect(await seriesOf('llm')).to.include.members([
      'inference_in_flight{} 1',
      'inference_latency_seconds_count{} 0',
    ]);
    await generator.return(undefined);
    expect(await seriesOf('llm')).to.include.members([
      'inference_in_flight{} 0',
      'inference_latency_seconds_count{} 1',
    ]);
  });

  it('counts as failed what an extractor calls a failure', async () => {
    observability.instrument('http', () => 'an answer with an error inside', {
      extract: () => ({ errorCode: 'content_filter' }),
    })();
    expect(await seriesOf('http')).to.include.members([
      'inference_requests_total{status="success"} 0',
      'inference_requests_total{status="error"} 1',
      'error_count_total{error_code="content_filter"} 1',
    ]);
  });

  it('is compared with the truth by request id, one by one or as a batch', async () => {
    const predict = observability.instrument(
      'image',
      (_requestId: string, ...digits: number[]) => digits.map((digit) => ({ predictedClass: digit, confidence: 1 })),
      { extract: (predictions, [requestId]) => ({ requestId, predictions, batchSize: predictions.length }) },
    );
    predict('request-1', 3);
    predict('request-2', 4, 5, 6, 7);
    observability.recordGroundTruth('request-1', '3');
    observability.recordGroundTruth('request-2', [4, 5, 9, undefined]);
    observability.recordGroundTruth('request-2', [4, 5, 9, 7]);
    observability.recordGroundTruth({ modelType: 'image', predictedClass: 1, actualClass: 7 });
    expect(await seriesOf('image')).to.include.members([
      'ground_truth_total{outcome="correct"} 3',
      'ground_truth_total{outcome="incorrect"} 2',
      'model_accuracy{} 0.6',
    ]);
    expect(await seriesOf('unknown')).to.include('ground_truth_total{outcome="unmatched"} 4');
  });
});
