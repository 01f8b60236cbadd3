import { gauge, increase, max, sum } from './promql.ts';

/** What belongs together: replicas add up, models and references (a canary has another) do not mix. */
const GROUP = ['model_type', 'reference'];
const BIN = [...GROUP, 'bin'];

/** The time that the counts of all replicas are added up over, as in the rules; a window of 60 panes of a minute. */
const WINDOW = '1h';

/** Of the bins of the signal `class`: their shares over all replicas. */
export interface FleetShares {
  /** In the live traffic of the last hour. */
  readonly live: string;
  readonly reference: string;
}

/** Shares of the classes, now and in the reference. */
export function fleetClassShares(): FleetShares {
  const share = (counts: string): string =>
    `${counts} / on (${GROUP.join(', ')}) group_left () (${sum(GROUP, counts)} > 0)`;
  return {
    live: share(sum(BIN, increase(WINDOW, 'drift.live.count', 'signal="class"'))),
    // Every replica tells the same reference: a sum would be as many times of it.
    reference: share(max(BIN, gauge('drift.reference.count', 'signal="class"'))),
  };
}

/**
 * The index of a signal (`class`, `confidence`) over all replicas, which alerts go by. It is a recorded series of
 * prometheus/rules and has neither `job` nor `instance`: computed here, it would add up all counts of an hour for each
 * point of the chart, ten times over.
 */
export function fleetScore(signal: string): string {
  return `drift:psi_corrected{model_type=~"$model",signal="${signal}"}`;
}
