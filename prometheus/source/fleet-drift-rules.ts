import { type DriftRule, driftRules } from '@inferometer/drift-metrics';
import type { SloFile } from './read-slo.ts';
import { type Rule, ruleFile, runbookUrl } from './rule-file.ts';

const HEADING = '# Made of driftRules() of @inferometer/drift-metrics by `npm run generate`.';

type DriftAlertRule = Extract<DriftRule, { readonly alert: string }>;

/** A model that only @inferometer/drift-metrics knows of has no owner, and alerts all the same. */
const OWNER = 'model_type:inference_owner:info';
const BY = 'model_type, reference, signal';

/** rules/drift-fleet.yml. Drift costs nobody's sleep here, whatever severity the package suggests. */
export function fleetDriftRules(slo: SloFile): string {
  const { name, rules } = driftRules();
  return ruleFile(HEADING, [{ name, rules: rules.map((rule) => ('alert' in rule ? owned(rule, slo) : rule)) }]);
}

function owned({ alert, expr, for: pending, labels, annotations }: DriftAlertRule, { runbook }: SloFile): Rule {
  return {
    alert,
    expr: `(${expr}) * on (model_type) group_left (owner) ${OWNER} or on (${BY}) (${expr})`,
    for: pending,
    labels: { ...labels, severity: 'ticket' },
    annotations: { ...annotations, runbook_url: runbookUrl(runbook, alert) },
  };
}
