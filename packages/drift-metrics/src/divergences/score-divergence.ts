import type { ReferenceSignal } from '../reference/reference-profile.ts';
import { hellingerDistance } from './hellinger.ts';
import { jensenShannonDistance } from './jensen-shannon.ts';
import { kolmogorovSmirnovDistance } from './kolmogorov-smirnov.ts';
import { correctedPopulationStabilityIndex, populationStabilityIndex } from './population-stability-index.ts';
import type { Counts } from './smoothed-shares.ts';
import { totalVariationDistance } from './total-variation.ts';
import { scaledWassersteinDistance, wassersteinDistance } from './wasserstein.ts';

/**
 * What a drift score is. `populationStability` is corrected for the samples, `populationStabilityRaw` is not;
 * `jensenShannon` has base e, `jensenShannonBase2` base 2; the last three need values in order, so they are for the
 * confidence and for numeric features, and leave out what is `other` or `missing`.
 */
export type DivergenceName =
  | 'populationStability'
  | 'populationStabilityRaw'
  | 'jensenShannon'
  | 'jensenShannonBase2'
  | 'hellinger'
  | 'totalVariation'
  | 'kolmogorovSmirnov'
  | 'wasserstein'
  | 'wassersteinScaled';

type Divergence = (signal: ReferenceSignal, live: Counts) => number;

const unordered =
  (divergence: (reference: Counts, live: Counts) => number): Divergence =>
  (signal, live) =>
    divergence(signal.counts, live);

/** Of the signal's own bins alone: `other` and `missing` have no place in the order of values. */
const ordered =
  (divergence: (reference: Counts, live: Counts) => number): Divergence =>
  (signal, live) =>
    divergence(signal.counts.slice(0, -2), Array.from(live).slice(0, -2));

const DIVERGENCES: { readonly [name in DivergenceName]: Divergence } = {
  populationStability: unordered(correctedPopulationStabilityIndex),
  populationStabilityRaw: unordered(populationStabilityIndex),
  jensenShannon: unordered((reference, live) => jensenShannonDistance(reference, live)),
  jensenShannonBase2: unordered((reference, live) => jensenShannonDistance(reference, live, 2)),
  hellinger: unordered(hellingerDistance),
  totalVariation: unordered(totalVariationDistance),
  kolmogorovSmirnov: ordered(kolmogorovSmirnovDistance),
  wasserstein: (signal, live) =>
    ordered((reference, own) => wassersteinDistance(positionsOf(signal), reference, own))(signal, live),
  wassersteinScaled: (signal, live) =>
    ordered((reference, own) =>
      scaledWassersteinDistance(
        positionsOf(signal),
        reference,
        own,
        signal.type === 'numeric' ? signal.standardDeviation : 0,
      ),
    )(signal, live),
};

export const DIVERGENCE_NAMES: readonly DivergenceName[] = Object.keys(DIVERGENCES) as DivergenceName[];

/** Whether a divergence needs bins in order of value. */
export function isOrdered(name: DivergenceName): boolean {
  return name === 'kolmogorovSmirnov' || name === 'wasserstein' || name === 'wassersteinScaled';
}

/** The divergence of live counts from a signal of the reference; undefined where it has no value. */
export function scoreOf(name: DivergenceName, signal: ReferenceSignal, live: Counts): number | undefined {
  const score = DIVERGENCES[name](signal, live);
  return Number.isFinite(score) ? score : undefined;
}

function positionsOf(signal: ReferenceSignal): readonly number[] {
  return signal.type === 'numeric' ? signal.means : [];
}
