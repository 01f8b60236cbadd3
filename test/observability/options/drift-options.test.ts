import { createDriftEngine, DriftConfigurationError, type DriftOptions } from '@inferometer/drift-metrics';
import { ConfigurationError } from '@inferometer/observability';
import { expect } from 'chai';
import { resolveOptions } from '../../../packages/observability/src/options/resolve-options.ts';

/** Values at and beyond each limit, and of wrong types. */
const VALUES: { readonly [option in keyof DriftOptions]: readonly unknown[] } = {
  paneMinimumMs: [0, 0.5, 1, 1.5, 2_592_000_000, 2_592_000_001, '1', Number.NaN],
  paneMinimumEvents: [0, 1, 1.5, 1e9, 1e9 + 1, '1'],
  panes: [1, 2, 2.5, 1440, 1441],
  meanTimeBetweenFalseAlarmsMs: [599_999, 600_000, Number.MAX_SAFE_INTEGER, Infinity, -1],
  tolerance: [
    -0.1,
    0,
    10,
    10.1,
    'a',
    {},
    { feature: 0 },
    { feature: 11 },
    { features: 1 },
    { distribution: undefined },
  ],
  effectFloor: [0, 10, 11, { performance: 0.05 }, { performance: -1 }],
  clearBelow: [0, 0.1, 0.11, { performance: 0.2 }, { feature: 0.1 }],
  clearAfterMs: [-1, 0, 0.5, Number.MAX_SAFE_INTEGER, Infinity],
  minimumSamples: [0, 1, 1.5, 1e9, 1e9 + 1],
  divergence: [
    'populationStability',
    'populationStabilityRaw',
    'jensenShannon',
    'jensenShannonBase2',
    'hellinger',
    'totalVariation',
    'kolmogorovSmirnov',
    'wasserstein',
    'wassersteinScaled',
    'psi',
    { distribution: 'hellinger' },
    { distribution: 'wasserstein' },
    { confidence: 'wasserstein', feature: 'kolmogorovSmirnov' },
    { confidence: 'ks' },
  ],
};

describe('The drift options', () => {
  for (const [option, values] of Object.entries(VALUES)) {
    it(`take for ${option} what the package that computes drift takes, and nothing else`, () => {
      for (const value of values) {
        const drift = { [option]: value } as DriftOptions;
        const told = `${option}: ${JSON.stringify(value)}`;
        if (isTaken(drift)) {
          expect(() => resolveOptions({ drift }, {}), told).to.not.throw();
        } else {
          expect(() => resolveOptions({ drift }, {}), told).to.throw(ConfigurationError);
        }
      }
    });
  }
});

function isTaken(options: DriftOptions): boolean {
  try {
    createDriftEngine([], options);
    return true;
  } catch (error) {
    if (!DriftConfigurationError.isInstance(error)) {
      throw error;
    }
    return false;
  }
}
