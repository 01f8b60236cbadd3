import { stringify } from 'yaml';

/** One rule of a Prometheus rule file: recording or alerting. */
export type Rule =
  | { readonly record: string; readonly expr: string }
  | {
      readonly alert: string;
      readonly expr: string;
      readonly for?: string;
      readonly labels: { readonly [label: string]: string };
      readonly annotations: { readonly [annotation: string]: string };
    };

export interface RuleGroup {
  readonly name: string;
  /** As Prometheus writes durations; without it the interval of prometheus.yml holds. */
  readonly interval?: string;
  readonly rules: readonly Rule[];
}

/** A rule file as YAML, with `heading` as its first lines. */
export function ruleFile(heading: string, groups: readonly RuleGroup[]): string {
  // No line is folded: an expression broken by the writer would have to be put together by the reader.
  return `${heading}\n${stringify({ groups }, { lineWidth: 0, singleQuote: true })}`;
}

/** The address of an alert's entry in the runbook. */
export function runbookUrl(runbook: string, alert: string): string {
  return `${runbook}#${alert.toLowerCase()}`;
}
