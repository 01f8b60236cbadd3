import type { ExportedMetric } from '../../prometheus/source/exported-metrics.ts';
import { metric } from './catalogued-metric.ts';

/** Of a histogram: what its name ends in. */
type HistogramPart = '_bucket' | '_sum' | '_count';

/** Further matchers as PromQL writes them, e.g. `status="error"`. */
type Matchers = readonly string[];

const TARGET_MATCHERS = ['job=~"$job"', 'instance=~"$instance"'];

/** What a rate looks back over: Grafana's choice, at least four scrapes. */
const RATE_WINDOW = '$__rate_interval';

/** The values of a gauge, of the selected targets, models and versions. */
export function gauge(name: string, ...matchers: Matchers): string {
  const definition = metric(name);
  if (definition.type !== 'gauge') {
    throw new Error(`${name} is no gauge`);
  }
  return ofVersion(definition, select(definition, '', matchers));
}

/** Growth of a counter in a second. */
export function rate(name: string, ...matchers: Matchers): string {
  const definition = counter(name);
  return ofVersion(definition, `rate(${select(definition, '', matchers)}[${RATE_WINDOW}])`);
}

/** Growth of a counter in a time such as `1h`, or in the dashboard's own (`$__range`). */
export function increase(window: string, name: string, ...matchers: Matchers): string {
  const definition = counter(name);
  return ofVersion(definition, `increase(${select(definition, '', matchers)}[${window}])`);
}

/** Growth of a part of a histogram in a second. */
export function histogramRate(part: HistogramPart, name: string, ...matchers: Matchers): string {
  const definition = histogram(name);
  return ofVersion(definition, `rate(${select(definition, part, matchers)}[${RATE_WINDOW}])`);
}

/** Growth of a part of a histogram in a time such as `1h`. */
export function histogramIncrease(window: string, part: HistogramPart, name: string, ...matchers: Matchers): string {
  const definition = histogram(name);
  return ofVersion(definition, `increase(${select(definition, part, matchers)}[${window}])`);
}

/** A quantile of what came lately, by labels; nothing, and not NaN, where nothing came. */
export function quantile(share: number, by: readonly string[], name: string, ...matchers: Matchers): string {
  const buckets = sum(['le', ...by], histogramRate('_bucket', name, ...matchers));
  return `histogram_quantile(${share}, ${buckets}) >= 0`;
}

/** The mean of what came lately, by labels; nothing where nothing came. */
export function mean(by: readonly string[], name: string): string {
  return `${sum(by, histogramRate('_sum', name))} / (${sum(by, histogramRate('_count', name))} > 0)`;
}

export function sum(by: readonly string[], expression: string): string {
  return aggregate('sum', by, expression);
}

export function max(by: readonly string[], expression: string): string {
  return aggregate('max', by, expression);
}

export function min(by: readonly string[], expression: string): string {
  return aggregate('min', by, expression);
}

export function avg(by: readonly string[], expression: string): string {
  return aggregate('avg', by, expression);
}

/** A share of a total, by labels: 0 where the part has no series yet, nothing where the total is 0. */
export function ratio(by: readonly string[], part: string, total: string): string {
  const whole = sum(by, total);
  return `(${sum(by, part)} or 0 * ${whole}) / (${whole} > 0)`;
}

/** Series of Prometheus itself, of the selected targets: `up`, `scrape_duration_seconds`. */
export function ofTargets(name: string): string {
  return `${name}{${TARGET_MATCHERS.join(',')}}`;
}

/** A metric without anything left out by model or version. */
export function bare(name: string, ...matchers: Matchers): string {
  return `${metric(name).name}{${[...TARGET_MATCHERS, ...matchers].join(',')}}`;
}

/** Growth of a counter in a second, without anything left out by model or version. */
export function bareRate(name: string, ...matchers: Matchers): string {
  return `rate(${bare(name, ...matchers)}[${RATE_WINDOW}])`;
}

function aggregate(operator: string, by: readonly string[], expression: string): string {
  return by.length === 0 ? `${operator}(${expression})` : `${operator} by (${by.join(', ')}) (${expression})`;
}

function select({ name, labels }: ExportedMetric, part: string, matchers: Matchers): string {
  const ofModel = labels.includes('model_type') ? ['model_type=~"$model"'] : [];
  const all = [...TARGET_MATCHERS, ...ofModel, ...matchers];
  return `${name}${part}{${all.join(',')}}`;
}

/**
 * Leaves out the models that a target has in another version than the chosen ones. `unless` and not a join: models that
 * are not declared have no version, and would be lost with every version chosen.
 */
function ofVersion({ labels }: ExportedMetric, expression: string): string {
  if (!labels.includes('model_type')) {
    return expression;
  }
  const others = bare('inference.model.info', 'model_version!~"$version"');
  return `(${expression} unless on (job, instance, model_type) ${others})`;
}

function counter(name: string): ExportedMetric {
  const definition = metric(name);
  if (definition.type !== 'counter') {
    throw new Error(`${name} is no counter`);
  }
  return definition;
}

function histogram(name: string): ExportedMetric {
  const definition = metric(name);
  if (definition.type !== 'histogram') {
    throw new Error(`${name} is no histogram`);
  }
  return definition;
}
