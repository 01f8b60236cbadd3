import { expect } from 'chai';
import {
  createReferenceProfile,
  createSignalBins,
  DriftConfigurationError,
  parseReferenceProfile,
  ReferenceProfileError,
  type NumericSignal,
  type PredictionRow,
  type ReferenceSignal,
} from '@inferometer/drift-metrics';
import { predictions } from '../support/predictions.ts';

function signalOf(rows: readonly PredictionRow[], role: string, options: { bins?: number } = {}): ReferenceSignal {
  const profile = createReferenceProfile(rows, { modelType: 'm', ...options });
  const signal = profile.signals.find((candidate) => candidate.role === role);
  expect(signal, role).to.not.equal(undefined);
  return signal!;
}

function features(values: readonly (number | string | boolean | null | undefined)[]): PredictionRow[] {
  return values.map((value) => ({ features: { x: value } }));
}

describe('createReferenceProfile', () => {
  it('counts classes into bins of their own, then other, then missing', () => {
    const signal = signalOf(
      [{ predictedClass: 'b' }, { predictedClass: 'a' }, { predictedClass: 'b' }, { predictedClass: null }, {}],
      'class',
    );
    expect(signal).to.deep.include({ type: 'categorical', categories: ['a', 'b'], counts: [1, 2, 0, 1] });
  });

  it('cuts numbers at quantiles, so that bins hold about the same', () => {
    const signal = signalOf(features(Array.from({ length: 1000 }, (_, index) => index)), 'feature') as NumericSignal;
    expect(signal.edges).to.deep.equal([99, 199, 299, 399, 499, 599, 699, 799, 899]);
    expect(signal.counts).to.deep.equal([100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 0, 0]);
    expect(signal.means[0]).to.equal(49.5);
    // numpy.std(numpy.arange(1000))
    expect(signal.standardDeviation).to.be.closeTo(288.6749902572095, 1e-9);
  });

  it('has fewer bins where values repeat, one for each value where there are few, and one for a constant', () => {
    const tied = [...Array.from({ length: 600 }, () => 0), ...Array.from({ length: 400 }, (_, index) => index + 1)];
    const { edges } = signalOf(features(tied), 'feature') as NumericSignal;
    expect(edges).to.deep.equal([0, 100, 200, 300]);

    const few = signalOf(features([3, 1, 2, 2, 1]), 'feature') as NumericSignal;
    expect(few.edges).to.deep.equal([1, 2, 3]);
    expect(few.counts).to.deep.equal([2, 2, 1, 0, 0, 0]);

    const constant = signalOf(features([7, 7, 7]), 'feature') as NumericSignal;
    expect(constant).to.deep.include({ edges: [], constant: 7, counts: [3, 0, 0], standardDeviation: 0 });
    const bins = createSignalBins(constant);
    expect([7, 8, -1, Number.NaN, 'x'].map((value) => bins.binOf(value))).to.deep.equal([0, 1, 1, 2, 1]);
  });

  it('has one bin where all values are infinite, and can be read again', () => {
    const profile = createReferenceProfile(features([Infinity, Infinity]), { modelType: 'm' });
    expect(profile.signals[0]!.counts).to.deep.equal([2, 0, 0]);
    expect(parseReferenceProfile(JSON.stringify(profile))).to.deep.equal(profile);
  });

  it('leaves out features whose names no profile may have, so that what it makes can be read', () => {
    const rows: PredictionRow[] = [{ features: { '': 1, ['x'.repeat(257)]: 2, ['y'.repeat(256)]: 3 } }];
    const profile = createReferenceProfile(rows, { modelType: 'm' });
    expect(profile.signals.map(({ name }) => name)).to.deep.equal(['y'.repeat(256)]);
    expect(parseReferenceProfile(JSON.stringify(profile))).to.deep.equal(profile);
  });

  it('refuses a model and a version that no profile may have', () => {
    for (const wrong of [{ modelType: 'm'.repeat(257) }, { modelType: 'm', modelVersion: 3 as never }]) {
      expect(() => createReferenceProfile([{ predictedClass: 'a' }], wrong)).to.throw(DriftConfigurationError);
    }
  });

  it('cuts long classes as labels are cut, whatever character stands there', () => {
    const signal = signalOf([{ predictedClass: `${'x'.repeat(255)}😀` }, { predictedClass: '\uD800' }], 'class');
    expect(signal).to.deep.include({ categories: ['x'.repeat(255), '\uFFFD'] });
    const bins = createSignalBins(signal);
    expect([`${'x'.repeat(255)}😀`, '\uD800'].map((value) => bins.binOf(value))).to.deep.equal([0, 1]);
  });

  it('counts NaN, null, an empty text and an absent feature as missing', () => {
    const rows: PredictionRow[] = [...features([1, 2, 3, Number.NaN, null, '']), { features: {} }, {}];
    expect(signalOf(rows, 'feature').counts).to.deep.equal([1, 1, 1, 0, 0, 4]);
  });

  it('takes a feature of texts or booleans for categories, and one with some texts among numbers for numbers', () => {
    expect(signalOf(features([true, false, true]), 'feature')).to.deep.include({
      categories: ['false', 'true'],
      counts: [1, 2, 0, 0],
    });
    expect(signalOf(features([1, 2, 3, 'n/a']), 'feature')).to.deep.include({
      type: 'numeric',
      counts: [1, 1, 1, 0, 1, 0],
    });
  });

  it('survives infinite and huge values', () => {
    const signal = signalOf(features([Infinity, -Infinity, 1e308, -1e308, 1e308, 5]), 'feature', {
      bins: 4,
    }) as NumericSignal;
    expect(signal.edges.every((edge) => Number.isFinite(edge))).to.equal(true);
    expect(signal.means.every((mean) => Number.isFinite(mean))).to.equal(true);
    expect(Number.isFinite(signal.standardDeviation)).to.equal(true);
  });

  it('calibrates confidence by isotonic regression', () => {
    const profile = createReferenceProfile(predictions(20_000, 3), { modelType: 'm' });
    const { accuracy, labelled } = profile.calibration!;
    expect(accuracy).to.have.lengthOf(20);
    expect(labelled.reduce((sum, count) => sum + count, 0)).to.equal(20_000);
    expect([...accuracy].sort((a, b) => a - b)).to.deep.equal(accuracy);
    // The model is right as often as it says: from 0.5 to 1, so 0.5125 in the first of twenty bins.
    expect(accuracy[0]).to.be.closeTo(0.5125, 0.04);
    expect(accuracy[19]).to.be.closeTo(0.9875, 0.02);
    expect(profile.accuracy!.correct / profile.accuracy!.labelled).to.be.closeTo(0.75, 0.01);
  });

  it('compares with the truth where the truth is a class', () => {
    const profile = createReferenceProfile(
      [
        { predictedClass: 3, actualClass: '3' },
        { predictedClass: 'a', actualClass: 'b' },
        { predictedClass: 'a', actualClass: null },
      ],
      { modelType: 'm' },
    );
    expect(profile.accuracy).to.deep.equal({ labelled: 2, correct: 1 });
  });

  it('keeps the most frequent classes and counts the rest as other', () => {
    const rows = Array.from({ length: 250 }, (_, place) =>
      Array.from({ length: 1000 - place }, () => ({ predictedClass: `class ${place}` })),
    ).flat();
    const signal = signalOf(rows, 'class');
    expect(signal.counts).to.have.lengthOf(202);
    // 751 to 800 of each.
    expect(signal.counts[200]).to.equal(50 * 775.5);
  });

  it('counts classes of a long tail as other, each of which was seen too seldom to say how frequent it is', () => {
    const frequent = Array.from({ length: 900 }, (_, index) => ({ predictedClass: `class ${index % 3}` }));
    const rare = Array.from({ length: 100 }, (_, index) => ({ predictedClass: `rare ${index}` }));
    const signal = signalOf([...frequent, ...rare], 'class');
    expect(signal.counts).to.deep.equal([300, 300, 300, 100, 0]);
    // A few rare ones beside as many others are a set that is known.
    expect(signalOf([...frequent, ...rare.slice(0, 10)], 'class').counts).to.have.lengthOf(15);
  });

  it('makes the same hash of the same data, whenever it is made', () => {
    const rows = predictions(500, 9);
    const early = createReferenceProfile(rows, { modelType: 'm', now: () => 0 });
    const late = createReferenceProfile(new Set(rows).values(), { modelType: 'm', now: () => 1e12 });
    expect(late.hash).to.equal(early.hash);
    expect(createReferenceProfile(rows.slice(1), { modelType: 'm' }).hash).to.not.equal(early.hash);
  });

  it('works with three rows, one class and names that objects inherit', () => {
    const rows = [1, 2, 3].map((value) => ({
      predictedClass: '__proto__',
      confidence: value / 3,
      features: JSON.parse(`{"constructor": ${value}, "__proto__": ${value}}`) as Record<string, number>,
    }));
    const profile = createReferenceProfile(rows, { modelType: 'm' });
    expect(profile.signals.map((signal) => signal.name)).to.deep.equal([
      'class',
      'confidence',
      '__proto__',
      'constructor',
    ]);
    expect(profile.signals[2]!.counts).to.deep.equal([1, 1, 1, 0, 0, 0]);
  });

  it('says what is wrong with an option or the data', () => {
    expect(() => createReferenceProfile([], { modelType: 'm', bins: 1 })).to.throw(
      DriftConfigurationError,
      'bins must be an integer from 2 to 20, received 1; leave it out for the default.',
    );
    expect(() => createReferenceProfile([{}], { modelType: 'm' }))
      .to.throw(ReferenceProfileError)
      .with.property('fault', 'empty');
  });
});

describe('Bins of a signal', () => {
  it('know a class as text, number or boolean, and others as other', () => {
    const bins = createSignalBins({
      role: 'class',
      name: 'class',
      type: 'categorical',
      categories: ['3', 'true', 'a'],
      counts: [],
    });
    expect([3, '3', true, 'true', 'a', 3n].map((value) => bins.binOf(value))).to.deep.equal([0, 0, 1, 1, 2, 0]);
    expect(['b', {}, 4, Infinity].map((value) => bins.binOf(value))).to.deep.equal([3, 3, 3, 3]);
    expect([undefined, null, Number.NaN, ''].map((value) => bins.binOf(value))).to.deep.equal([4, 4, 4, 4]);
  });

  it('keep a class that is called other apart from the unknown ones', () => {
    const bins = createSignalBins({
      role: 'class',
      name: 'class',
      type: 'categorical',
      categories: ['other'],
      counts: [],
    });
    expect(bins.labels).to.deep.equal(['"other"', 'other', 'missing']);
    expect([bins.binOf('other'), bins.binOf('new')]).to.deep.equal([0, 1]);
  });

  it('give no two classes one label', () => {
    const categories = ['"other"', 'other', '""other""', 'missing', '"missing"'];
    const bins = createSignalBins({ role: 'class', name: 'class', type: 'categorical', categories, counts: [] });
    expect(new Set(bins.labels).size).to.equal(categories.length + 2);
  });

  it('include the upper edge and leave both ends open', () => {
    const numeric = {
      role: 'feature',
      name: 'x',
      type: 'numeric',
      edges: [1, 2],
      means: [],
      minimum: 0,
      maximum: 3,
    } as const;
    const bins = createSignalBins({ ...numeric, standardDeviation: 1, counts: [] });
    expect([-Infinity, 1, 1.5, 2, 2.1, Infinity].map((value) => bins.binOf(value))).to.deep.equal([0, 0, 1, 1, 2, 2]);
    expect(bins.labels).to.deep.equal(['1', '2', '+Inf', 'other', 'missing']);
  });

  it('count a confidence that is none as other', () => {
    const numeric = {
      role: 'confidence',
      name: 'confidence',
      type: 'numeric',
      edges: [0.5],
      means: [],
      minimum: 0,
      maximum: 1,
    } as const;
    const bins = createSignalBins({ ...numeric, standardDeviation: 1, counts: [] });
    expect([0, 0.5, 1, 1.01, -0.1, '0.5', Number.NaN].map((value) => bins.binOf(value))).to.deep.equal([
      0, 0, 1, 2, 2, 2, 3,
    ]);
  });
});
