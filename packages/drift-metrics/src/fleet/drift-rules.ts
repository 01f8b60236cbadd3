/** One rule of a Prometheus rule file: recording or alerting. */
export type DriftRule =
  | { readonly record: string; readonly expr: string }
  | {
      readonly alert: string;
      readonly expr: string;
      readonly for: string;
      readonly labels: { readonly [label: string]: string };
      readonly annotations: { readonly [annotation: string]: string };
    };

/** As a rule file has them: `{ groups: [driftRules()] }`, written as YAML or, which is YAML too, as JSON. */
export interface DriftRuleGroup {
  readonly name: string;
  readonly rules: readonly DriftRule[];
}

export interface DriftRuleOptions {
  /** The window as Prometheus writes durations. Default `1h`, as 60 panes of a minute. */
  readonly window?: string | undefined;
  /** No index of fewer samples over all replicas. Default 500. */
  readonly minimumSamples?: number | undefined;
  /** Corrected population stability index that an alert takes at least. Default 0.1. */
  readonly effectFloor?: number | undefined;
}

/** Series that belong together: replicas add up, references do not mix, as a canary has another. */
const GROUP = 'model_type, reference, signal';

/**
 * Rules over all replicas of a service.
 *
 * `drift:psi` is the population stability index of the counts of all replicas, smoothed as in process, corrected as
 * `drift:psi_corrected`. It equals the value of one process that had seen all traffic, but for what Prometheus
 * extrapolates at the ends of the window.
 *
 * `drift:evidence` is the logarithm of the mean of the replicas' statistics: a mean of Shiryaev-Roberts statistics has the
 * same bound, so that fifty replicas raise no more false alarms together than one alone. The alert of a single process,
 * `drift_alerts_total`, has its rate per process; page on the one here.
 */
export function driftRules(options: DriftRuleOptions = {}): DriftRuleGroup {
  const { window = '1h', minimumSamples = 500, effectFloor = 0.1 } = options;
  const live = 'drift:live_count:increase';
  const reference = 'drift:reference_count:max';
  const total = (counts: string): string => `sum by (${GROUP}) (${counts})`;
  const bins = `count by (${GROUP}) (${reference})`;
  const share = (counts: string): string =>
    `(${counts} + 0.5) / on (${GROUP}) group_left () (${total(counts)} + 0.5 * ${bins})`;
  return {
    name: 'inferometer-drift',
    rules: [
      { record: live, expr: `sum by (${GROUP}, bin) (increase(drift_live_count_total[${window}]))` },
      // Every replica exports the same reference: the maximum is it, a sum would be as many times of it.
      { record: reference, expr: `max by (${GROUP}, bin) (drift_reference_count)` },
      { record: 'drift:live_share', expr: share(live) },
      { record: 'drift:reference_share', expr: share(reference) },
      {
        record: 'drift:psi_contribution',
        expr: '(drift:live_share - drift:reference_share) * ln(drift:live_share / drift:reference_share)',
      },
      {
        record: 'drift:psi',
        expr: `sum by (${GROUP}) (drift:psi_contribution) and on (${GROUP}) (${total(live)} >= ${minimumSamples})`,
      },
      {
        record: 'drift:psi_corrected',
        expr: `clamp_min(drift:psi - (${bins} - 1) * (1 / ${total(live)} + 1 / ${total(reference)}), 0)`,
      },
      { record: 'drift:evidence', expr: `ln(avg by (${GROUP}) (exp(drift_evidence)))` },
      {
        alert: 'InferenceDrift',
        expr:
          `(drift:evidence >= on (model_type, reference) group_left () max by (model_type, reference) ` +
          `(drift_evidence_threshold)) and on (${GROUP}) ((drift:psi_corrected >= ${effectFloor}) or ` +
          `(drift:evidence{signal="performance"}))`,
        for: '0m',
        labels: { severity: 'page' },
        annotations: {
          summary:
            '{{ $labels.model_type }}: {{ $labels.signal }} has drifted from its reference {{ $labels.reference }}.',
          description:
            'topk(5, drift:psi_contribution{model_type="{{ $labels.model_type }}",signal="{{ $labels.signal }}"}) names the bins.',
        },
      },
    ],
  };
}
