import { httpRequest } from './http-request.ts';
import { parsePrometheusText, type PrometheusFamily } from './prometheus-text.ts';

/** What one scrape told. */
export interface Scrape {
  /**
   * The value of the one series with this name whose labels include `labels`; `undefined` where there is none.
   * @throws Error where there are several
   */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
  /** The sum over all series with this name whose labels include `labels`; 0 where there is none. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
  readonly families: ReadonlyMap<string, PrometheusFamily>;
}

/** Scrapes as Prometheus does: what is no valid exposition throws. */
export async function scrape(metricsUrl: string): Promise<Scrape> {
  const { status, body } = await httpRequest(metricsUrl);
  if (status !== 200) {
    throw new Error(`the scrape was answered with ${status}: ${body}`);
  }
  return readScrape(body);
}

/** Reads the body of a scrape. */
export function readScrape(body: string): Scrape {
  const families = parsePrometheusText(body);
  const find = (name: string, labels: Readonly<Record<string, string>>): number[] => {
    const values: number[] = [];
    for (const family of families.values()) {
      for (const sample of family.samples) {
        if (sample.name === name && Object.entries(labels).every(([label, text]) => sample.labels[label] === text)) {
          values.push(sample.value);
        }
      }
    }
    return values;
  };
  return {
    families,
    value: (name, labels = {}) => {
      const values = find(name, labels);
      if (values.length > 1) {
        throw new Error(`${values.length} series are called ${name} with ${JSON.stringify(labels)}`);
      }
      return values[0];
    },
    sum: (name, labels = {}) => find(name, labels).reduce((sum, value) => sum + value, 0),
  };
}
