import type { ScrapedInference } from '../workload/scraped-services.ts';

/** A library under scrapes, set up as its users set it up. */
export interface ScrapedLibrary {
  readonly record: (inference: ScrapedInference) => void;
  /** Serves on a free port of this machine; resolves to the address. */
  readonly serve: (compression: Compression) => Promise<string>;
}

/** Ours compresses by itself; the peers' answers go through Node's zlib at the same level. */
export type Compression = 'none' | 'gzip';

/** What bench/scraped/<name>.ts exports. */
export interface ScrapedLibraryModule {
  readonly create: (hasTenants: boolean) => Promise<ScrapedLibrary>;
}

/** Ours in its own thread and on the main thread, and the libraries that users would choose instead. */
export const scrapedLibraries = [
  'inferometer',
  'inferometer-inline',
  'opentelemetry',
  'prom-client',
  'prometheus-io-client',
] as const satisfies readonly ScrapedLibraryName[];

export const scrapedNames = {
  inferometer: 'Inferometer',
  'inferometer-inline': 'Inferometer, inline',
  'inferometer-native': 'Inferometer, native histograms',
  opentelemetry: 'OpenTelemetry JS',
  'prom-client': 'prom-client',
  'prometheus-io-client': '@prometheus-io/client',
} as const;

export type ScrapedLibraryName = keyof typeof scrapedNames;

export async function createScraped(name: string, hasTenants: boolean): Promise<ScrapedLibrary> {
  const { create } = (await import(`./${name}.ts`)) as ScrapedLibraryModule;
  return create(hasTenants);
}
