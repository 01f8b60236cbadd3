/** The series of one scrape. */
export interface ScrapedSeries {
  /** The value of the series with exactly these labels, or undefined if there is none. */
  value(name: string, labels?: Readonly<Record<string, string>>): number | undefined;
}

const SAMPLE = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)/;
const LABEL = /(?<key>\w+)="(?<value>(?:[^"\\]|\\.)*)"/g;

/** Reads the Prometheus text format as far as this service's label values need it: none is escaped. */
export function readSeries(text: string): ScrapedSeries {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const { name, labels = '', value } = SAMPLE.exec(line)?.groups ?? {};
    if (name === undefined) continue;
    const pairs = [...labels.matchAll(LABEL)].map(({ groups }) => [groups?.['key'] ?? '', groups?.['value'] ?? '']);
    values.set(keyOf(name, pairs), Number(value));
  }
  return { value: (name, labels = {}) => values.get(keyOf(name, Object.entries(labels))) };
}

function keyOf(name: string, pairs: readonly (readonly string[])[]): string {
  return JSON.stringify([name, ...pairs.toSorted(([one = ''], [other = '']) => (one < other ? -1 : 1))]);
}
