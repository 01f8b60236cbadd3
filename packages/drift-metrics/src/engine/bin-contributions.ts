import { populationStabilityContributions } from '../divergences/population-stability-index.ts';
import { totalOf, type Counts } from '../divergences/smoothed-shares.ts';
import type { BinContribution } from './drift-alert.ts';

/** What each bin adds to the population stability index, with its shares, in the order of the bins. */
export function binContributions(labels: readonly string[], reference: Counts, live: Counts): BinContribution[] {
  const referenceTotal = Math.max(1, totalOf(reference));
  const liveTotal = Math.max(1, totalOf(live));
  return populationStabilityContributions(reference, live).map((contribution, bin) => ({
    bin: labels[bin]!,
    contribution,
    referenceShare: reference[bin]! / referenceTotal,
    liveShare: live[bin]! / liveTotal,
  }));
}
