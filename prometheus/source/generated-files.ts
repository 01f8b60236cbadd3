import { metricsPage } from './metrics-page.ts';

/** A file that is committed and must be what the code makes. */
export interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

/** Everything that `npm run generate` writes. */
export function generatedFiles(): readonly GeneratedFile[] {
  return [{ path: 'docs/METRICS.md', text: metricsPage() }];
}
