import type { EndedOutcome, InferenceOutcome, InferenceStartOptions } from '@inferometer/observability';
import { expect } from 'chai';
import { startClockedRecording } from './clocked-recording.ts';
import { exactValue, seriesOf, useInlineObservability } from './inline-observability.ts';

const model = { model_type: 'm' };

describe('a timed inference', () => {
  const start = useInlineObservability();

  it('is in flight until it ends or fails', async () => {
    const observability = start();
    const inFlight = async (): Promise<number | undefined> =>
      exactValue(await observability.scrape(), 'inference_in_flight', model);
    const first = observability.startInference('m');
    const second = observability.startInference('m');
    expect(await inFlight()).to.equal(2);
    first.end();
    expect(await inFlight()).to.equal(1);
    second.fail(new Error('no'));
    expect(await inFlight()).to.equal(0);
  });

  it('takes as long as the clock says, and its phases as long as they last', async () => {
    const recording = startClockedRecording();
    const timer = recording.startInference('m');
    recording.advance(125);
    timer.phase('preprocess');
    recording.advance(250);
    timer.phase('run');
    recording.advance(500);
    timer.phase('postprocess');
    recording.advance(1000);
    timer.end();
    recording.advance(2000);
    const scrape = await recording.scrape();
    expect(exactValue(scrape, 'inference_latency_seconds_sum', model)).to.equal(1.875);
    const phases = seriesOf(scrape, 'inference_phase_seconds_sum');
    expect(phases).to.have.deep.members([
      { labels: { ...model, phase: 'preprocess' }, value: 0.25 },
      { labels: { ...model, phase: 'run' }, value: 0.5 },
      { labels: { ...model, phase: 'postprocess' }, value: 1 },
    ]);
  });

  it('that fails has its time among the failures, and the phase that it failed in', async () => {
    const recording = startClockedRecording();
    const timer = recording.startInference('m');
    timer.phase('run');
    recording.advance(125);
    timer.fail(new RangeError('no'), { confidence: 0.5 });
    const scrape = await recording.scrape();
    expect(exactValue(scrape, 'inference_failure_latency_seconds_sum', model)).to.equal(0.125);
    expect(exactValue(scrape, 'inference_latency_seconds_count', model)).to.equal(0);
    expect(exactValue(scrape, 'inference_phase_seconds_sum', { ...model, phase: 'run' })).to.equal(0.125);
    expect(exactValue(scrape, 'error_count_total', { ...model, error_code: 'RangeError' })).to.equal(1);
    expect(exactValue(scrape, 'model_confidence_scores_count', model)).to.equal(1);
  });

  it('ends once: what is called first counts, and everything after it does nothing', async () => {
    const observability = start();
    const ended = observability.startInference('m');
    ended.end({ predictedClass: 'a' });
    ended.end({ predictedClass: 'b' });
    ended.fail(new Error('no'));
    ended.phase('late');
    const failed = observability.startInference('m');
    failed.fail(new RangeError('no'));
    failed.end({ predictedClass: 'b' });
    failed.fail(new TypeError('no'));
    const scrape = await observability.scrape();
    expect(exactValue(scrape, 'inference_requests_total', { ...model, status: 'success' })).to.equal(1);
    expect(exactValue(scrape, 'inference_requests_total', { ...model, status: 'error' })).to.equal(1);
    expect(seriesOf(scrape, 'prediction_distribution_total')).to.deep.equal([
      { labels: { ...model, predicted_class: 'a' }, value: 1 },
    ]);
    expect(seriesOf(scrape, 'error_count_total')).to.deep.equal([
      { labels: { ...model, error_code: 'RangeError' }, value: 1 },
    ]);
    expect(exactValue(scrape, 'inference_in_flight', model)).to.equal(0);
    expect(scrape.sum('inference_phase_seconds_count')).to.equal(0);
  });

  it('that ends with an outcome which tells of a failure has failed, with the code that it tells', async () => {
    const recording = startClockedRecording();
    const end = (outcome: EndedOutcome, startOptions?: InferenceStartOptions): void => {
      const timer = recording.startInference('m', startOptions);
      recording.advance(125);
      timer.end(outcome);
    };
    end({ success: false, errorCode: 'E9', confidence: 0.5 });
    end({ success: false, errorCode: 'E9' }, { requestId: 'r' });
    end({ success: false });
    end({ errorCode: 'timeout' });
    end({ success: true, errorCode: 'truncated' });
    end({ success: undefined, errorCode: '' });
    const scrape = await recording.scrape();
    expect(exactValue(scrape, 'inference_requests_total', { ...model, status: 'error' })).to.equal(4);
    expect(exactValue(scrape, 'inference_requests_total', { ...model, status: 'success' })).to.equal(2);
    expect(exactValue(scrape, 'inference_failure_latency_seconds_sum', model)).to.equal(0.5);
    expect(exactValue(scrape, 'inference_latency_seconds_sum', model)).to.equal(0.25);
    expect(exactValue(scrape, 'model_confidence_scores_count', model)).to.equal(1);
    expect(seriesOf(scrape, 'error_count_total')).to.have.deep.members([
      { labels: { ...model, error_code: 'E9' }, value: 2 },
      { labels: { ...model, error_code: 'unknown' }, value: 1 },
      { labels: { ...model, error_code: 'timeout' }, value: 1 },
    ]);
  });

  it('that fails has failed, whatever its outcome tells', async () => {
    const recording = startClockedRecording();
    recording.startInference('m').fail(new RangeError('no'), { success: true, errorCode: 'E9' } as InferenceOutcome);
    const scrape = await recording.scrape();
    expect(exactValue(scrape, 'inference_requests_total', { ...model, status: 'error' })).to.equal(1);
    expect(seriesOf(scrape, 'error_count_total')).to.deep.equal([
      { labels: { ...model, error_code: 'RangeError' }, value: 1 },
    ]);
  });

  it('may take the same phase twice', async () => {
    const recording = startClockedRecording();
    const timer = recording.startInference('m');
    for (let time = 0; time < 2; time++) {
      timer.phase('run');
      recording.advance(250);
    }
    timer.end();
    const scrape = await recording.scrape();
    expect(exactValue(scrape, 'inference_phase_seconds_sum', { ...model, phase: 'run' })).to.equal(0.5);
    expect(exactValue(scrape, 'inference_phase_seconds_count', { ...model, phase: 'run' })).to.equal(2);
  });

  it('loses a phase whose name is none, and nothing else', async () => {
    const observability = start();
    const timer = observability.startInference('m');
    timer.phase(5 as never);
    timer.phase({} as never);
    timer.end();
    const scrape = await observability.scrape();
    expect(scrape.sum('inference_requests_total')).to.equal(1);
    expect(
      exactValue(scrape, 'inferometer_dropped_values_total', {
        metric: 'inference_phase_seconds',
        cause: 'wrong_type',
      }),
    ).to.equal(2);
  });

  it('records what can be read of an outcome whose getters throw, once', async () => {
    const observability = start();
    const outcome = {
      confidence: 0.5,
      get predictedClass(): string {
        throw new Error('no');
      },
    };
    observability.startInference('m').end(outcome);
    const scrape = await observability.scrape();
    expect(scrape.sum('inference_requests_total')).to.equal(1);
    expect(scrape.sum('model_confidence_scores_count')).to.equal(1);
    expect(scrape.sum('inferometer_dropped_values_total', { cause: 'unreadable' })).to.equal(1);
  });

  it('has failed as its outcome tells or as it was told, though getters of the outcome throw', async () => {
    const observability = start();
    const outcome = {
      success: false,
      errorCode: 'E9',
      get confidence(): number {
        throw new Error('no');
      },
    };
    observability.startInference('m').end(outcome);
    observability.startInference('m').fail(new RangeError('no'), outcome);
    const scrape = await observability.scrape();
    expect(exactValue(scrape, 'inference_requests_total', { ...model, status: 'error' })).to.equal(2);
    expect(seriesOf(scrape, 'error_count_total')).to.have.deep.members([
      { labels: { ...model, error_code: 'E9' }, value: 1 },
      { labels: { ...model, error_code: 'RangeError' }, value: 1 },
    ]);
  });
});
