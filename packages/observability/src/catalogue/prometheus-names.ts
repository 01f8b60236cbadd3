import { unitWords } from './unit-words.ts';

/** What decides the suffix of a metric's name. */
export type NamedKind = 'counter' | 'gauge' | 'upDownCounter' | 'histogram';

/** What an OpenTelemetry metric is named by. */
export interface MetricIdentity {
  /** E.g. `inference.latency`. */
  readonly name: string;
  /** UCUM, e.g. `s`; empty adds nothing. */
  readonly unit: string;
  readonly kind: NamedKind;
}

/**
 * The Prometheus name of an OpenTelemetry metric, e.g. `inference_latency_seconds`: what cannot stand in a name
 * becomes one underscore, the unit is added as a word unless the name holds it already, a gauge of unit `1` ends in
 * `_ratio`, and a counter ends in `_total`. Empty when nothing of the name is left.
 *
 * It follows https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/, and, where that
 * leaves room, Prometheus's own OTLP translation: underscores at the ends go, and words that the suffix repeats go
 * from the middle (`total.requests` is `requests_total`).
 */
export function prometheusName({ name, unit, kind }: MetricIdentity): string {
  const typeWord = typeSuffix(kind, unit);
  const words = wordsOf(name);
  if (words.length === 0) {
    return '';
  }
  const named = typeWord === '' ? words : words.filter((word) => word !== typeWord);
  const { main, per } = unitWords(unit);
  if (!(named.includes(main) || endsWith(named, wordsOf(`${main}_${per}`)))) {
    named.push(...wordsOf(main));
  }
  if (!endsWith(named, wordsOf(per))) {
    named.push(...wordsOf(per));
  }
  const joined = [...named, ...wordsOf(typeWord)].join('_');
  return /^\d/.test(joined) ? `_${joined}` : joined;
}

function wordsOf(text: string): string[] {
  return text.split(/[^a-zA-Z0-9:]+/).filter((word) => word !== '');
}

function endsWith(words: readonly string[], suffix: readonly string[]): boolean {
  const start = words.length - suffix.length;
  return start >= 0 && suffix.every((word, index) => words[start + index] === word);
}

function typeSuffix(kind: NamedKind, unit: string): string {
  if (kind === 'counter') {
    return 'total';
  }
  return kind === 'gauge' && unit === '1' ? 'ratio' : '';
}

/**
 * The Prometheus label name of an attribute key: what cannot stand in a label name becomes `_`, and a name that would
 * begin with a digit or an underscore begins with `key_` instead, as Prometheus's OTLP translation has it. So does
 * one in the reserved form `__name__`, which would make Prometheus refuse the scrape.
 */
export function prometheusLabelName(key: string): string {
  const name = key.replaceAll(/[^a-zA-Z0-9_]/gu, '_');
  if (name === '' || /^\d/.test(name)) {
    return `key_${name}`;
  }
  return name.startsWith('_') ? `key${name}` : name;
}
