import { expect } from 'chai';
import {
  createGroundTruth,
  type RecordGroundTruth,
} from '../../../packages/observability/src/inference/ground-truth/ground-truth.ts';
import {
  createPredictionStore,
  type PredictionStore,
} from '../../../packages/observability/src/inference/ground-truth/prediction-store.ts';

describe('recordGroundTruth', () => {
  let now: number;
  let store: PredictionStore;
  let truths: [modelType: string, outcome: string][];
  let dropped: number;
  let recordGroundTruth: RecordGroundTruth;

  beforeEach(() => {
    now = 0;
    truths = [];
    dropped = 0;
    store = createPredictionStore({ maxPending: 100, expireAfterMs: 1000, now: () => now });
    recordGroundTruth = createGroundTruth(store, {
      truth: (modelType, outcome) => truths.push([modelType, outcome]),
      dropTruth: () => {
        dropped += 1;
      },
    });
  });

  it('says whether the prediction for a request was right', () => {
    store.remember('one', { modelType: 'document', classes: ['sports'] });
    store.remember('other', { modelType: 'image', classes: ['3'] });
    recordGroundTruth('one', 'technology');
    recordGroundTruth('other', 3);
    expect(truths).to.deep.equal([
      ['document', 'incorrect'],
      ['image', 'correct'],
    ]);
  });

  it('compares classes by their text', () => {
    const pairs: [predictedClass: string, actualClass: string | number | boolean][] = [
      ['3', 3],
      ['true', true],
      ['0', -0],
      ['\u{fffd}', '\ud800'],
    ];
    for (const [predictedClass, actualClass] of pairs) {
      store.remember('id', { modelType: 'm', classes: [predictedClass] });
      recordGroundTruth('id', actualClass);
      recordGroundTruth({ modelType: 'm', predictedClass, actualClass });
    }
    expect(truths.map(([, outcome]) => outcome)).to.deep.equal(pairs.flatMap(() => ['correct', 'correct']));
  });

  it('compares the truths of a batch in its order, and leaves open what is not known', () => {
    store.remember('batch', { modelType: 'image', classes: ['1', '2', undefined, '4'] });
    recordGroundTruth('batch', [1, 7, 3, undefined, 5]);
    expect(truths).to.deep.equal([
      ['image', 'correct'],
      ['image', 'incorrect'],
      ['image', 'unmatched'],
      ['image', 'unmatched'],
    ]);
    expect(dropped).to.equal(0);
  });

  it('takes a single truth for that of the first of a batch', () => {
    store.remember('batch', { modelType: 'image', classes: ['1', '2'] });
    recordGroundTruth('batch', 1);
    recordGroundTruth('batch', 2);
    expect(truths).to.deep.equal([
      ['image', 'correct'],
      ['unknown', 'unmatched'],
    ]);
  });

  it('counts late truths apart, right or wrong', () => {
    store.remember('one', { modelType: 'document', classes: ['sports'] });
    store.remember('batch', { modelType: 'image', classes: ['1', '2'] });
    now = 1000;
    recordGroundTruth('one', 'sports');
    recordGroundTruth('batch', [1, 1]);
    expect(truths).to.deep.equal([
      ['document', 'late'],
      ['image', 'late'],
      ['image', 'late'],
    ]);
  });

  it('counts a truth that nobody predicted, and the second for one request, as unmatched', () => {
    store.remember('one', { modelType: 'document', classes: ['sports'] });
    recordGroundTruth('one', 'sports');
    recordGroundTruth('one', 'sports');
    recordGroundTruth('never', 'sports');
    recordGroundTruth('x'.repeat(300), 'sports');
    recordGroundTruth(undefined as unknown as string, 'sports');
    expect(truths.map(([modelType, outcome]) => `${modelType} ${outcome}`)).to.deep.equal([
      'document correct',
      'unknown unmatched',
      'unknown unmatched',
      'unknown unmatched',
      'unknown unmatched',
    ]);
  });

  it('takes a prediction and its truth together, from anywhere and any day', () => {
    now = 1e12;
    recordGroundTruth({ modelType: 'document', predictedClass: 'sports', actualClass: 'technology' });
    recordGroundTruth({ modelType: 'document', predictedClass: 'sports', actualClass: 'sports' });
    recordGroundTruth({ modelType: 'document', actualClass: 'sports' });
    recordGroundTruth({ predictedClass: 1, actualClass: 1 } as never);
    expect(truths).to.deep.equal([
      ['document', 'incorrect'],
      ['document', 'correct'],
      ['document', 'unmatched'],
      ['unknown', 'correct'],
    ]);
  });

  it('drops what is no truth, and does not use up the prediction for it', () => {
    store.remember('one', { modelType: 'document', classes: ['sports'] });
    for (const actualClass of [undefined, null, Number.NaN, Infinity, '', {}, Symbol('x'), () => 'sports']) {
      recordGroundTruth('one', actualClass as never);
      recordGroundTruth({ modelType: 'document', predictedClass: 'x', actualClass } as never);
    }
    recordGroundTruth('one', [Number.NaN] as never);
    recordGroundTruth('one', []);
    recordGroundTruth('one', [undefined]);
    expect(dropped).to.equal(17);
    expect(truths).to.deep.equal([]);
    recordGroundTruth('one', 'sports');
    expect(truths).to.deep.equal([['document', 'correct']]);
  });

  it('survives whatever it is given', () => {
    const throwing = new Proxy(['x'], {
      get() {
        throw new Error('no');
      },
    });
    const call = recordGroundTruth as (...values: unknown[]) => void;
    call();
    call(null);
    call(throwing);
    call('one', throwing);
    call({
      get modelType() {
        throw new Error('no');
      },
    });
    const endless: string[] = [];
    endless.length = 2 ** 32 - 1;
    call('one', endless);
    call(
      'one',
      Array.from({ length: 5000 }, () => 'x'),
    );
    expect(truths).to.have.length(1024);
    expect(dropped).to.equal(5);
  });
});
