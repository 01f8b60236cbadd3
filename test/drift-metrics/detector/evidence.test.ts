import { expect } from 'chai';
import { createErrorEvidence, createShareEvidence, type Evidence } from '@inferometer/drift-metrics';
import { createSeededRandom } from '../../../packages/drift-metrics/src/mathematics/seeded-random.ts';

function logEvidence(evidence: Evidence, ...panes: readonly (readonly number[])[]): number {
  evidence.reset();
  for (const pane of panes) {
    evidence.add(Float64Array.from(pane), 0);
  }
  return evidence.logValue();
}

describe('Evidence of changed shares', () => {
  // packages/drift-metrics/simulations/oracles/evidence.py, SciPy 1.17.1.
  it('equals what SciPy gives: special functions without a tolerance, a general optimiser with one', () => {
    const cases: [number[], number[], number, number][] = [
      [[100, 200, 300], [10, 20, 30], 0, -0.47293444992849487],
      [[100, 200, 300], [30, 20, 10], 0, 13.486621319644826],
      [[100, 200, 300], [30, 20, 10], 0.1, 9.768618545513448],
      [[30, 8, 1, 0], [1, 0, 0, 0], 0.1, -0.09943017335815862],
      [[300, 80, 10, 1], [20, 30, 3, 3], 0.1, 7.098577044720145],
      [[9, 9, 9], [40, 1, 1], 0.5, -5.986505683775363],
      [[5000, 0, 7], [50, 30, 1], 0, 115.57225725675626],
      [[1, 1, 1], [40, 1, 1], 0, -4.821481601806653],
    ];
    for (const [reference, counts, tolerance, expected] of cases) {
      expect(logEvidence(createShareEvidence(reference, tolerance), counts)).to.be.closeTo(
        expected,
        tolerance === 0 ? 1e-9 : 1e-7,
      );
    }
  });

  it('does not depend on how counts are cut into panes', () => {
    const evidence = createShareEvidence([50, 30, 20], 0.1);
    const whole = logEvidence(evidence, [12, 9, 7]);
    expect(logEvidence(evidence, [2, 9, 0], [10, 0, 3], [0, 0, 4])).to.be.closeTo(whole, 1e-10);
    expect(logEvidence(evidence)).to.be.closeTo(0, 1e-12);
  });

  it('has the mean 1 over what the reference makes likely, and less with a tolerance', () => {
    // Exactly, over all counts of 12 samples in 2 bins: Polya probabilities by their product of rising factorials.
    const reference = [30, 8];
    const rising = (start: number, steps: number): number =>
      Array.from({ length: steps }, (_, step) => start + step).reduce((product, factor) => product * factor, 1);
    const choose = (samples: number, first: number): number => rising(samples - first + 1, first) / rising(1, first);
    for (const tolerance of [0, 0.1]) {
      const evidence = createShareEvidence(reference, tolerance);
      let mean = 0;
      for (let first = 0; first <= 12; first += 1) {
        const probability = (choose(12, first) * rising(30.5, first) * rising(8.5, 12 - first)) / rising(39, 12);
        mean += probability * Math.exp(logEvidence(evidence, [first, 12 - first]));
      }
      expect(mean).to.be.within(tolerance === 0 ? 1 - 1e-10 : 0, 1 + 1e-10);
    }
  });

  it('stays finite for any counts', () => {
    for (const reference of [
      [0, 0, 1],
      [1, 0, 0],
      [1e9, 1, 1],
      [3, 3, 3],
    ]) {
      for (const counts of [
        [0, 0, 0],
        [0, 1e9, 0],
        [1, 1, 1],
        [1e7, 0, 1e7],
      ]) {
        expect(Number.isFinite(logEvidence(createShareEvidence(reference, 0.1), counts))).to.equal(true);
      }
    }
  });
});

describe('The bound of evidence', () => {
  it('is never below the evidence', () => {
    const random = createSeededRandom(1);
    for (let trial = 0; trial < 300; trial += 1) {
      const counts = (most: number): number[] => Array.from({ length: 6 }, () => Math.floor(most * random() ** 4));
      const evidence = createShareEvidence(counts(1000), trial % 2 === 0 ? 0 : 0.1);
      const value = logEvidence(evidence, counts(trial % 3 === 0 ? 3 : 500));
      expect(evidence.logBound()).to.be.at.least(value - 1e-9);
    }
  });
});

describe('Evidence of errors', () => {
  it('is near the beta-binomial ratio that SciPy gives', () => {
    // As above; the null is a grid over the posterior, hence the wider tolerance.
    const cases: [number, number, number[], number][] = [
      [1000, 900, [90, 10], -0.9962185909913828],
      [1000, 900, [160, 40], 5.236096690615241],
      [20, 20, [50, 10], 1.775833244418461],
    ];
    for (const [labelled, correct, counts, expected] of cases) {
      expect(logEvidence(createErrorEvidence(labelled, correct, 0), counts)).to.be.closeTo(expected, 0.02);
    }
  });

  it('grows when errors do, shrinks when they get fewer, and has its tolerance', () => {
    const evidence = createErrorEvidence(5000, 4500, 0);
    expect(logEvidence(evidence, [700, 300])).to.be.greaterThan(30);
    expect(logEvidence(evidence, [990, 10])).to.be.lessThan(-5);
    expect(logEvidence(createErrorEvidence(5000, 4500, 0.5), [870, 130])).to.be.lessThan(0);
    expect(logEvidence(evidence, [870, 130])).to.be.greaterThan(0);
  });

  it('stays finite where the model was always or never right', () => {
    for (const [labelled, correct] of [
      [1, 1],
      [1, 0],
      [1000, 1000],
      [1000, 0],
    ] as const) {
      for (const counts of [
        [0, 0],
        [1e6, 0],
        [0, 1e6],
      ]) {
        expect(Number.isFinite(logEvidence(createErrorEvidence(labelled, correct, 0.1), counts))).to.equal(true);
      }
    }
  });
});
