import { expect } from 'chai';
import {
  createPredictionStore,
  type PredictionStore,
  type RememberedPrediction,
} from '../../../packages/observability/src/inference/ground-truth/prediction-store.ts';

describe('the store of predictions that wait for their truth', () => {
  let now: number;

  beforeEach(() => {
    now = 0;
  });

  function storeFor(maxPending: number): PredictionStore {
    return createPredictionStore({ maxPending, expireAfterMs: 1000, now: () => now });
  }

  function predicted(...classes: (string | undefined)[]): RememberedPrediction {
    return { modelType: 'document', classes };
  }

  it('gives a prediction back once', () => {
    const store = storeFor(10);
    const prediction = predicted('sports');
    expect(store.remember('request-17', prediction)).to.equal(true);
    expect(store.take('request-17')).to.deep.equal({ state: 'found', prediction });
    expect(store.take('request-17')).to.deep.equal({ state: 'unmatched' });
    expect(store.take('request-18')).to.deep.equal({ state: 'unmatched' });
  });

  it('gives it back as late once its time is over', () => {
    const store = storeFor(10);
    store.remember('one', predicted('a'));
    store.remember('other', predicted('b'));
    now = 999;
    expect(store.take('one').state).to.equal('found');
    now = 1000;
    expect(store.take('other')).to.deep.equal({ state: 'late', prediction: predicted('b') });
  });

  it('counts the time anew when an id is predicted again, and the latest prediction wins', () => {
    const store = storeFor(2);
    store.remember('one', predicted('a'));
    store.remember('other', predicted('b'));
    now = 900;
    store.remember('one', predicted('c'));
    store.remember('third', predicted('d'));
    now = 1500;
    expect(store.take('one')).to.deep.equal({ state: 'found', prediction: predicted('c') });
    expect(store.take('other').state).to.equal('unmatched');
    expect(store.take('third').state).to.equal('found');
  });

  it('lets the oldest go when it is full, counting the predictions of a batch one by one', () => {
    const store = storeFor(4);
    store.remember('a', predicted('x'));
    store.remember('b', predicted('x'));
    store.remember('batch', predicted('x', 'y', 'z'));
    expect(store.take('a').state).to.equal('unmatched');
    expect(store.take('b').state).to.equal('found');
    expect(store.take('batch').state).to.equal('found');
    expect(store.remember('too many', predicted('1', '2', '3', '4', '5'))).to.equal(false);
    expect(store.remember('none', predicted())).to.equal(true);
  });

  it('keeps nothing when nothing may be pending', () => {
    const store = storeFor(0);
    expect(store.remember('a', predicted('x'))).to.equal(false);
    expect(store.take('a').state).to.equal('unmatched');
  });

  it('takes numbers and big integers for their decimal text, and nothing else for an id', () => {
    const store = storeFor(10);
    store.remember(17, predicted('number'));
    expect(store.take('17').state).to.equal('found');
    store.remember(12_345_678_901_234_567_890n, predicted('bigint'));
    expect(store.take('12345678901234567890').state).to.equal('found');
    const longest = 'x'.repeat(256);
    expect(store.remember(longest, predicted('longest'))).to.equal(true);
    expect(store.take(longest).state).to.equal('found');
    for (const id of [
      '',
      `${longest}x`,
      undefined,
      null,
      Number.NaN,
      Infinity,
      true,
      {},
      [],
      Symbol('id'),
      () => 'id',
    ]) {
      expect(store.remember(id, predicted('x'))).to.equal(false);
      expect(store.take(id).state).to.equal('unmatched');
    }
    for (const id of ['__proto__', 'constructor', 'toString']) {
      expect(store.take(id).state).to.equal('unmatched');
      expect(store.remember(id, predicted(id))).to.equal(true);
      expect(store.take(id)).to.deep.equal({ state: 'found', prediction: predicted(id) });
    }
  });

  it('stays within its bound, and quick, over a hundred thousand requests that come and go', () => {
    const store = storeFor(10_000);
    const prediction = predicted('x');
    for (let request = 0; request < 100_000; request++) {
      store.remember(`request-${request}`, prediction);
      if (request < 50_000 && request % 3 === 0) {
        store.take(`request-${request - 5000}`);
      }
    }
    expect(store.take('request-80000').state).to.equal('unmatched');
    expect(store.take('request-99999').state).to.equal('found');
    let found = 1;
    for (let request = 0; request < 100_000; request++) {
      found += store.take(`request-${request}`).state === 'found' ? 1 : 0;
    }
    expect(found).to.equal(10_000);
  });
});
