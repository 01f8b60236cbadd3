// What the services that are scraped record: made beforehand and the same for every library.

/** One inference; a service that does not classify records how long it took and for whom. */
export interface ScrapedInference {
  readonly modelType: string;
  readonly latencyMs: number;
  readonly tenant?: string;
  readonly confidence?: number;
  readonly predictedClass?: string;
  readonly batchSize?: number;
}

const TYPICAL_MODELS = ['document', 'image', 'speech'];

/** So many that none has more label sets than ours allows a model, which are 1,000. */
const LARGE_MODELS = Array.from({ length: 10 }, (_, place) => `model-${place}`);

/** The models that a service declares. */
export function modelsOf(hasTenants: boolean): readonly string[] {
  return hasTenants ? LARGE_MODELS : TYPICAL_MODELS;
}

/** 13 bounds: a series has 14 buckets, a sum and a count, 16 lines. */
export const scrapedBuckets: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 7.5, 10, 30];

/** Room for each tenant of the largest service. */
export const MAX_TENANTS = 10_000;

/** Of all who compress: what ours takes. */
export const GZIP_LEVEL = 1;

const CLASSES = 20;

export const services = {
  /** Models with many tenants: a latency histogram and a request counter for each. */
  large: (histograms: number): readonly ScrapedInference[] =>
    Array.from({ length: histograms }, (_, place) => ({
      modelType: LARGE_MODELS[place % LARGE_MODELS.length]!,
      latencyMs: latencyMs(place),
      tenant: `tenant-${place}`,
    })),
  /** Three models that classify into twenty classes each. */
  typical: (): readonly ScrapedInference[] =>
    Array.from({ length: TYPICAL_MODELS.length * CLASSES }, (_, place) => {
      const modelType = TYPICAL_MODELS[place % TYPICAL_MODELS.length]!;
      return {
        modelType,
        latencyMs: latencyMs(place),
        confidence: (place % 17) / 17,
        predictedClass: `${modelType}-class-${Math.floor(place / TYPICAL_MODELS.length)}`,
        batchSize: 1 + (place % 8),
      };
    }),
} as const;

export type ServiceName = keyof typeof services;

/** From 2 ms to 20 s, so that every bucket is used; no two alike in a row. */
function latencyMs(place: number): number {
  return 2 * 10 ** (4 * ((place * 0.618_033_988_75) % 1));
}
