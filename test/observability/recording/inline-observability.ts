import { initObservability, type Observability, type ObservabilityOptions } from '@inferometer/observability';
import { captureDiag, type CapturedDiag } from '../../support/captured-diag.ts';
import { readScrape, type Scrape } from '../../support/scrape.ts';

/** Observability of one test, without an endpoint, a thread or resources unless its options ask for them. */
export interface InlineObservability extends Observability {
  /** What was warned about since it started. */
  readonly warnings: readonly string[];
  scrape(): Promise<Scrape>;
}

/** A series as it was scraped. */
export interface ScrapedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Gives what starts observability in a test of this suite; it is shut down after the test. */
export function useInlineObservability(): (options?: ObservabilityOptions) => InlineObservability {
  let observability: Observability | undefined;
  let diag: CapturedDiag | undefined;
  afterEach(async () => {
    await observability?.shutdown();
    observability = undefined;
    diag?.release();
    diag = undefined;
  });
  return (options = {}) => {
    diag = captureDiag();
    const started = initObservability({
      serviceName: 'test',
      prometheus: false,
      observer: 'inline',
      resources: false,
      globalMeterProvider: false,
      ...options,
    });
    observability = started;
    return {
      ...started,
      warnings: diag.messages,
      scrape: async () => readScrape(await started.metricsText()),
    };
  };
}

/** All series of this name, e.g. `batch_size_count`. */
export function seriesOf(scrape: Scrape, name: string): readonly ScrapedSeries[] {
  const samples = [...scrape.families.values()].flatMap((family) => family.samples);
  return samples.filter((sample) => sample.name === name).map(({ labels, value }) => ({ labels, value }));
}

/** The value of the series that has exactly these labels. */
export function exactValue(
  scrape: Scrape,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const isSame = (series: ScrapedSeries): boolean =>
    Object.keys(series.labels).length === Object.keys(labels).length &&
    Object.entries(labels).every(([label, value]) => series.labels[label] === value);
  return seriesOf(scrape, name).find(isSame)?.value;
}
