import type * as counting from '@inferometer/drift-metrics/counting';

/** What counting takes of `@inferometer/drift-metrics`. */
export type DriftCounting = typeof counting;

/**
 * Loads it, and only where there is a reference: at once, so that the first inference counts. Where it cannot be had so,
 * as in a bundle, `undefined`, and `importDriftCounting` finds it a moment later.
 */
export function requireDriftCounting(): DriftCounting | undefined {
  try {
    const { createRequire } = process.getBuiltinModule('node:module');
    return createRequire(import.meta.url)('@inferometer/drift-metrics/counting') as DriftCounting;
  } catch {
    return undefined;
  }
}

export function importDriftCounting(): Promise<DriftCounting> {
  return import('@inferometer/drift-metrics/counting');
}

/** `task` with the package: before this returns, where that is possible. Settled when it is done; rejected as it fails. */
export async function withDriftCounting(task: (counting: DriftCounting) => void): Promise<void> {
  const loaded = requireDriftCounting();
  task(loaded ?? (await importDriftCounting()));
}
