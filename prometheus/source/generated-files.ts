import { readFileSync } from 'node:fs';
import { fleetDriftRules } from './fleet-drift-rules.ts';
import { metricsPage } from './metrics-page.ts';
import { readSlo } from './read-slo.ts';
import { withRunbookLinks } from './runbook-links.ts';
import { sloRules } from './slo-rules.ts';

/** A file that is committed and must be what the code makes. */
export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/**
 * Everything that `npm run generate` writes.
 *
 * @throws SloError where slo.yml cannot become rules
 */
export function generatedFiles(): readonly GeneratedFile[] {
  const slo = readSlo(read('slo.yml'));
  return [
    { path: 'docs/METRICS.md', text: metricsPage() },
    { path: 'prometheus/rules/slo.yml', text: sloRules(slo) },
    { path: 'prometheus/rules/drift-fleet.yml', text: fleetDriftRules(slo) },
    { path: 'prometheus/rules/alerts.yml', text: withRunbookLinks(read('rules/alerts.yml'), slo.runbook) },
  ];
}

function read(path: string): string {
  return readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
}
