import { readFileSync, readdirSync } from 'node:fs';
import { prometheusRule } from './prometheus-rule.ts';
import { withoutJob } from './without-job.ts';

/** A file that is committed and must be what the code makes. */
export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

const PROMETHEUS = new URL('../../prometheus/', import.meta.url);

/**
 * What `npm run generate` writes into deploy/: what neither Compose nor kustomize can take from where it is.
 *
 * @throws Error where prometheus.yml has no job to take out, or two files of rules have groups of one name
 */
export function generatedFiles(): readonly GeneratedFile[] {
  const ruleFiles = readdirSync(new URL('rules/', PROMETHEUS))
    .filter((name) => name.endsWith('.yml'))
    .sort();
  const rules = ruleFiles.map((name) => read(`rules/${name}`));
  return [
    { path: 'deploy/generated/prometheus.push.yml', text: withoutJob(read('prometheus.yml'), 'multimodal-api') },
    { path: 'deploy/kubernetes/overlays/operator/prometheus-rule.yaml', text: prometheusRule(rules) },
  ];
}

function read(path: string): string {
  return readFileSync(new URL(path, PROMETHEUS), 'utf8');
}
