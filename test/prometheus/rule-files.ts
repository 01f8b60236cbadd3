import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { Rule, RuleGroup } from '../../prometheus/source/rule-file.ts';

export type AlertRule = Extract<Rule, { readonly alert: string }>;
export type RecordingRule = Extract<Rule, { readonly record: string }>;

const FOLDER = new URL('../../prometheus/rules/', import.meta.url);

/** Each file after those whose series it asks for. */
const ORDER = ['drift-fleet.yml', 'recording.yml', 'slo.yml', 'alerts.yml'];

/** Paths of the committed rule files. */
export function ruleFilePaths(): string[] {
  return readdirSync(FOLDER)
    .toSorted((one, other) => ORDER.indexOf(one) - ORDER.indexOf(other))
    .map((name) => fileURLToPath(new URL(name, FOLDER)));
}

function committedGroups(): readonly RuleGroup[] {
  return ruleFilePaths().flatMap(
    (path) => (parse(readFileSync(path, 'utf8')) as { readonly groups: readonly RuleGroup[] }).groups,
  );
}

/** Names of the groups, each after those whose series it asks for. */
export function groupNames(): string[] {
  return committedGroups().map(({ name }) => name);
}

/** All rules that are committed. */
export function committedRules(): readonly Rule[] {
  return committedGroups().flatMap(({ rules }) => rules);
}

export function alertRules(): readonly AlertRule[] {
  return committedRules().filter((rule) => 'alert' in rule);
}

export function recordingRules(): readonly RecordingRule[] {
  return committedRules().filter((rule) => 'record' in rule);
}
