/** A library under measurement, set up as its users set it up, with a reader attached. */
export interface MeasuredLibrary {
  /** Records inference number `place` of the workload: requests, latency, confidence, class, batch size. */
  readonly record: (place: number) => void;
  /** Serves its metrics on a free port of this machine. Resolves to the address to scrape. */
  readonly serve: () => Promise<string>;
}

/** What bench/peers/<name>.ts exports. */
export interface LibraryModule {
  readonly create: () => Promise<MeasuredLibrary>;
}

export const libraryNames = {
  inferometer: 'Inferometer',
  'inferometer-reused-records': 'Inferometer, reused records',
  'inferometer-mixed-records': 'Inferometer, mixed records',
  'inferometer-traced': 'Inferometer, within sampled spans',
  'inferometer-native': 'Inferometer, native histograms',
  'inferometer-reference': 'Inferometer, with references',
  'inferometer-features': 'Inferometer, with references and features',
  opentelemetry: 'OpenTelemetry JS',
  'prom-client': 'prom-client',
  'prometheus-io-client': '@prometheus-io/client',
  'hand-written': 'hand-written loop',
  'hand-written-binary': 'hand-written, binary search',
} as const;

export type LibraryName = keyof typeof libraryNames;

/** The libraries that users would choose between. */
export const peers = ['opentelemetry', 'prom-client', 'prometheus-io-client'] as const satisfies readonly LibraryName[];

export async function createLibrary(name: string): Promise<MeasuredLibrary> {
  const { create } = (await import(`./${name}.ts`)) as LibraryModule;
  return create();
}
