import { expect } from 'chai';
import type { Scrape } from '../../support/scrape.ts';
import { startClockedRecording } from './clocked-recording.ts';
import { exactValue, seriesOf, useInlineObservability } from './inline-observability.ts';

type Truths = Readonly<Partial<Record<'correct' | 'incorrect' | 'late' | 'unmatched', number>>>;

/** The truths of a model that are not 0. */
function truthsOf(scrape: Scrape, model: string): Truths {
  const series = seriesOf(scrape, 'ground_truth_total').filter(
    ({ labels, value }) => labels['model_type'] === model && value !== 0,
  );
  return Object.fromEntries(series.map(({ labels, value }) => [labels['outcome'], value]));
}

function accuracyOf(scrape: Scrape, model: string): number | undefined {
  return exactValue(scrape, 'model_accuracy', { model_type: model });
}

describe('a true label', () => {
  const start = useInlineObservability();

  it('is compared with what this process predicted for the request', async () => {
    const observability = start();
    for (const [requestId, predictedClass] of Object.entries({ r1: 'a', r2: 'a', r3: 'b', r4: 'b' })) {
      observability.trackInference({ modelType: 'm', requestId, predictedClass });
    }
    observability.recordGroundTruth('r1', 'a');
    observability.recordGroundTruth('r2', 'b');
    observability.recordGroundTruth('r3', 'b');
    observability.recordGroundTruth('r4', 'b');
    const scrape = await observability.scrape();
    expect(truthsOf(scrape, 'm')).to.deep.equal({ correct: 3, incorrect: 1 });
    expect(accuracyOf(scrape, 'm')).to.equal(0.75);
  });

  it('is compared with the prediction that comes with it, from any process', async () => {
    const observability = start();
    observability.recordGroundTruth({ modelType: 'm', predictedClass: 'sports', actualClass: 'technology' });
    observability.recordGroundTruth({ modelType: 'm', predictedClass: 'sports', actualClass: 'sports' });
    observability.recordGroundTruth({ modelType: 'm', predictedClass: 3, actualClass: '3' });
    observability.recordGroundTruth({ modelType: 'm', actualClass: 'sports' });
    const scrape = await observability.scrape();
    expect(truthsOf(scrape, 'm')).to.deep.equal({ correct: 2, incorrect: 1, unmatched: 1 });
    expect(accuracyOf(scrape, 'm')).to.be.closeTo(2 / 3, 1e-12);
  });

  it('is compared in full, however long the class is and wherever its label is cut', async () => {
    const observability = start();
    const shared = 'x'.repeat(256);
    // The label of the third is cut before its last character, which it would halve.
    const classes = [shared, `${shared} cat`, `${'x'.repeat(255)}\u{1f600}`, `${shared} ${'y'.repeat(100_000)}`];
    for (const predictedClass of classes) {
      for (const actualClass of classes) {
        observability.trackInference({ modelType: 'one', requestId: 'r', predictedClass });
        observability.recordGroundTruth('r', actualClass);
        observability.trackInference({ modelType: 'batch', requestId: 'r', predictions: [{ predictedClass }] });
        observability.recordGroundTruth('r', [actualClass]);
        observability.recordGroundTruth({ modelType: 'pair', predictedClass, actualClass });
      }
    }
    const scrape = await observability.scrape();
    for (const model of ['one', 'batch', 'pair']) {
      expect(truthsOf(scrape, model), model).to.deep.equal({ correct: 4, incorrect: 12 });
    }
    const labels = seriesOf(scrape, 'prediction_distribution_total').map((series) => series.labels['predicted_class']);
    expect(new Set(labels)).to.deep.equal(new Set([shared, 'x'.repeat(255)]));
  });

  it('of a timed inference is found by the id that it started or ended with', async () => {
    const observability = start();
    observability.startInference('m', { requestId: 'started' }).end({ predictedClass: 'a' });
    observability.startInference('m').end({ predictedClass: 'a', requestId: 'ended' });
    observability.recordGroundTruth('started', 'a');
    observability.recordGroundTruth('ended', 'a');
    expect(truthsOf(await observability.scrape(), 'm')).to.deep.equal({ correct: 2 });
  });

  it('of a batch is given for each prediction, as far as it is known', async () => {
    const observability = start();
    const predictions = ['a', 'b', 'c', 'd'].map((predictedClass) => ({ predictedClass }));
    observability.trackInference({ modelType: 'm', requestId: 'batch', predictions });
    observability.recordGroundTruth('batch', ['a', 'x', undefined, 'd', 'e']);
    expect(truthsOf(await observability.scrape(), 'm')).to.deep.equal({ correct: 2, incorrect: 1, unmatched: 1 });
  });

  it('is unmatched where no prediction is known, and when it comes a second time', async () => {
    const observability = start();
    observability.trackInference({ modelType: 'm', requestId: 'r', predictedClass: 'a' });
    observability.recordGroundTruth('r', 'a');
    observability.recordGroundTruth('r', 'a');
    observability.recordGroundTruth('nobody asked', 'a');
    const scrape = await observability.scrape();
    expect(truthsOf(scrape, 'm')).to.deep.equal({ correct: 1 });
    expect(truthsOf(scrape, 'unknown')).to.deep.equal({ unmatched: 2 });
    expect(accuracyOf(scrape, 'unknown')).to.equal(undefined);
  });

  it('is late once the prediction has expired, and then says nothing of the accuracy', async () => {
    const recording = startClockedRecording({ groundTruth: { expireAfterMs: 60_000 } });
    for (const requestId of ['in time', 'late']) {
      recording.trackInference({ modelType: 'm', requestId, predictedClass: 'a' });
    }
    recording.advance(59_999);
    recording.recordGroundTruth('in time', 'a');
    recording.advance(1);
    recording.recordGroundTruth('late', 'b');
    const scrape = await recording.scrape();
    expect(truthsOf(scrape, 'm')).to.deep.equal({ correct: 1, late: 1 });
    expect(accuracyOf(scrape, 'm')).to.equal(1);
  });

  it('moves the accuracy of the latest labels only', async () => {
    const observability = start({ groundTruth: { window: 4 } });
    const truth = (actualClass: string): void =>
      observability.recordGroundTruth({ modelType: 'm', predictedClass: 'a', actualClass });
    const accuracies: (number | undefined)[] = [];
    for (const actualClass of ['b', 'b', 'a', 'a', 'a', 'a', 'b', 'a']) {
      truth(actualClass);
      accuracies.push(accuracyOf(await observability.scrape(), 'm'));
    }
    expect(accuracies.map((accuracy) => Math.round((accuracy ?? -1) * 12))).to.deep.equal([0, 0, 4, 6, 9, 12, 9, 9]);
  });

  it('says nothing of today when it came more than a day ago: the accuracy disappears, the counts stay', async () => {
    const recording = startClockedRecording();
    recording.recordGroundTruth({ modelType: 'm', predictedClass: 'a', actualClass: 'a' });
    recording.advance(24 * 3600 * 1000);
    expect(accuracyOf(await recording.scrape(), 'm')).to.equal(1);
    recording.advance(1);
    const scrape = await recording.scrape();
    expect(accuracyOf(scrape, 'm')).to.equal(undefined);
    expect(truthsOf(scrape, 'm')).to.deep.equal({ correct: 1 });
  });

  it('that is none is dropped and counted, and leaves the prediction to the right one', async () => {
    const observability = start();
    observability.trackInference({ modelType: 'm', requestId: 'r', predictedClass: 'a' });
    for (const actualClass of [undefined, null, Number.NaN, {}, '', Symbol('a')]) {
      observability.recordGroundTruth('r', actualClass as never);
    }
    observability.recordGroundTruth('r', 'a');
    const scrape = await observability.scrape();
    expect(truthsOf(scrape, 'm')).to.deep.equal({ correct: 1 });
    expect(
      exactValue(scrape, 'inferometer_dropped_values_total', { metric: 'ground_truth_total', cause: 'wrong_type' }),
    ).to.equal(6);
  });

  it('waits for no more predictions than may be pending: the oldest are forgotten', async () => {
    const observability = start({ groundTruth: { maxPending: 2 } });
    for (const requestId of ['r1', 'r2', 'r3']) {
      observability.trackInference({ modelType: 'm', requestId, predictedClass: 'a' });
    }
    for (const requestId of ['r1', 'r2', 'r3']) {
      observability.recordGroundTruth(requestId, 'a');
    }
    const scrape = await observability.scrape();
    expect(truthsOf(scrape, 'm')).to.deep.equal({ correct: 2 });
    expect(truthsOf(scrape, 'unknown')).to.deep.equal({ unmatched: 1 });
  });

  it('is compared with the class in valid Unicode, as the metrics label it', async () => {
    const observability = start();
    const long = 'l'.repeat(300);
    observability.trackInference({ modelType: 'm', requestId: 'long', predictedClass: `${long}\ud800` });
    observability.trackInference({ modelType: 'm', requestId: 'lone', predictedClass: '\ud800' });
    observability.recordGroundTruth('long', `${long}\ufffd`);
    observability.recordGroundTruth('lone', '\ufffd');
    expect(truthsOf(await observability.scrape(), 'm')).to.deep.equal({ correct: 2 });
  });

  it('needs an id that is one: others are dropped and counted', async () => {
    const observability = start();
    for (const requestId of ['', 'i'.repeat(257), null, {}, Number.NaN]) {
      observability.trackInference({ modelType: 'm', requestId: requestId as never, predictedClass: 'a' });
    }
    const scrape = await observability.scrape();
    expect(scrape.value('prediction_distribution_total')).to.equal(5);
    const dropped = { metric: 'ground_truth_total' };
    expect(scrape.value('inferometer_dropped_values_total', { ...dropped, cause: 'out_of_range' })).to.equal(2);
    expect(scrape.value('inferometer_dropped_values_total', { ...dropped, cause: 'wrong_type' })).to.equal(3);
  });
});
