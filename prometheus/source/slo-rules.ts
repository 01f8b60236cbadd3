import { type BurnRate, burnRates, durationSeconds, WINDOWS } from './burn-rates.ts';
import { anyOf, modelSelectors } from './model-selectors.ts';
import type { Objectives, SloFile } from './read-slo.ts';
import { type Rule, type RuleGroup, ruleFile, runbookUrl } from './rule-file.ts';

const HEADING = '# Made of ../slo.yml by `npm run generate`; change it there.';

const BY = 'job, model_type';

/** Windows whose rates move slowly and cost much, so that they are computed once a minute. */
const SLOW_WINDOWS: ReadonlySet<string> = new Set(['2h', '6h', '1d', '3d']);

const OWNED = `* on (${BY}) group_left (owner) job_model_type:inference_owner:info`;

/** rules/slo.yml. */
export function sloRules(slo: SloFile): string {
  const quick = WINDOWS.filter((window) => !SLOW_WINDOWS.has(window));
  const slow = WINDOWS.filter((window) => SLOW_WINDOWS.has(window));
  const rates = burnRates(slo.windowSeconds);
  const groups: RuleGroup[] = [
    { name: 'inferometer-objectives', rules: objectiveRules(slo) },
    { name: 'inferometer-burn', rules: quick.flatMap((window) => rateRules(slo, window)) },
    { name: 'inferometer-burn-slow', interval: '1m', rules: slow.flatMap((window) => rateRules(slo, window)) },
    {
      name: 'inferometer-burn-alerts',
      rules: [...rates.map((rate) => errorAlert(slo, rate)), ...rates.map((rate) => latencyAlert(slo, rate))],
    },
  ];
  return ruleFile(HEADING, groups);
}

/** The numbers of slo.yml as series, to compare with and to draw. */
function objectiveRules(slo: SloFile): Rule[] {
  const number = (record: string, numberOf: (objectives: Objectives) => number): Rule => ({
    record,
    expr: oneOf(
      modelSelectors(slo, numberOf).map(
        ({ matcher, setting }) =>
          `${exact(setting)} * group by (${BY}) (inference_requests_total${matcher === '' ? '' : `{${matcher}}`})`,
      ),
    ),
  });
  const awaited = modelSelectors(slo, ({ expectTraffic }) => expectTraffic).filter(({ setting }) => setting);
  return [
    number('job_model_type:inference_error_budget:ratio', ({ errorObjective }) => 1 - errorObjective),
    number('job_model_type:inference_latency_budget:ratio', ({ latencyObjective }) => 1 - latencyObjective),
    number('job_model_type:inference_latency_threshold:seconds', ({ thresholdSeconds }) => thresholdSeconds),
    number('job_model_type:inference_minimum_bad:count', ({ minimumBadRequests }) => minimumBadRequests),
    {
      record: 'job_model_type:inference_traffic_expected:info',
      expr:
        awaited.length === 0
          ? 'vector(0) > 0'
          : oneOf(awaited.map(({ matcher }) => `group by (${BY}) (inference_requests_total{${matcher}})`)),
    },
  ];
}

function rateRules(slo: SloFile, window: string): Rule[] {
  const bad = `job_model_type:inference_bad:rate${window}`;
  const slow = `job_model_type:inference_slow:rate${window}`;
  const successes = `sum by (${BY}) (rate(inference_latency_seconds_count[${window}]))`;
  return [
    { record: bad, expr: oneOf([...badRates(slo, window), `0 * ${requests(window)}`]) },
    {
      record: `job_model_type:inference_bad:ratio_rate${window}`,
      expr: `${bad} / (${bad} + on (${BY}) ${requests(window, 'status="success"')} > 0)`,
    },
    { record: slow, expr: oneOf(slowRates(slo, window)) },
    { record: `job_model_type:inference_slow:ratio_rate${window}`, expr: `${slow} / on (${BY}) (${successes} > 0)` },
  ];
}

function requests(window: string, matcher = ''): string {
  return `sum by (${BY}) (rate(inference_requests_total${matcher === '' ? '' : `{${matcher}}`}[${window}]))`;
}

function badRates(slo: SloFile, window: string): string[] {
  return modelSelectors(slo, ({ uncountedCodes }) => uncountedCodes).map(({ matcher, setting }) => {
    const codes = setting.length === 0 ? '' : `error_code!~${anyOf(setting)}`;
    const matchers = [matcher, codes].filter((text) => text !== '').join(',');
    return `sum by (${BY}) (rate(error_count_total${matchers === '' ? '' : `{${matchers}}`}[${window}]))`;
  });
}

/** What is over the threshold; models without such a bucket have none, which SloThresholdMissing tells. */
function slowRates(slo: SloFile, window: string): string[] {
  return modelSelectors(slo, ({ thresholdSeconds }) => thresholdSeconds).map(({ matcher, setting }) => {
    const inTime = [matcher, edgeMatcher(setting)].filter((text) => text !== '').join(',');
    const of = matcher === '' ? '' : `{${matcher}}`;
    // Subtracted floats can come out a hair below 0.
    return (
      `clamp_min(sum by (${BY}) (rate(inference_latency_seconds_count${of}[${window}])) - ` +
      `sum by (${BY}) (rate(inference_latency_seconds_bucket{${inTime}}[${window}])), 0)`
    );
  });
}

/** Prometheus 2 keeps `le` as it is written, 3 writes whole numbers as 1.0. */
export function edgeMatcher(seconds: number): string {
  return Number.isInteger(seconds) ? String.raw`le=~"${seconds}(\\.0)?"` : `le="${seconds}"`;
}

function errorAlert(slo: SloFile, rate: BurnRate): Rule {
  const alert = rate.severity === 'page' ? 'ErrorBudgetBurnFast' : 'ErrorBudgetBurnSlow';
  return burnAlert(slo, rate, {
    alert,
    what: 'inference_bad',
    budget: 'job_model_type:inference_error_budget:ratio',
    summary: '{{ $labels.model_type }} of {{ $labels.job }} fails too often.',
    of: `of the requests of the last ${rate.long} failed`,
    name: 'error',
  });
}

function latencyAlert(slo: SloFile, rate: BurnRate): Rule {
  const alert = rate.severity === 'page' ? 'LatencyBudgetBurnFast' : 'LatencyBudgetBurnSlow';
  return burnAlert(slo, rate, {
    alert,
    what: 'inference_slow',
    budget: 'job_model_type:inference_latency_budget:ratio',
    summary: '{{ $labels.model_type }} of {{ $labels.job }} is too slow too often.',
    of: `of the successful requests of the last ${rate.long} took longer than the objective allows`,
    name: 'latency',
  });
}

interface BurnText {
  readonly alert: string;
  readonly what: string;
  readonly budget: string;
  readonly summary: string;
  readonly of: string;
  readonly name: string;
}

function burnAlert(slo: SloFile, { factor, long, short, severity }: BurnRate, text: BurnText): Rule {
  const { alert, what, budget, summary, of, name } = text;
  const burns = (window: string): string =>
    `job_model_type:${what}:ratio_rate${window} > on (${BY}) ${factor} * ${budget}`;
  const enough =
    `job_model_type:${what}:rate${long} * ${durationSeconds(long)} >= on (${BY}) ` +
    'job_model_type:inference_minimum_bad:count';
  const days = Number((slo.windowSeconds / factor / 86_400).toPrecision(2));
  return {
    alert,
    expr: `((${burns(long)}) and on (${BY}) (${burns(short)}) and on (${BY}) (${enough})) ${OWNED}`,
    labels: { severity, long, short },
    annotations: {
      summary,
      description: `{{ $value | humanizePercentage }} ${of}: the ${name} budget of ${slo.window} is used up within ${days} days at this pace.`,
      runbook_url: runbookUrl(slo.runbook, alert),
    },
  };
}

function oneOf(expressions: readonly string[]): string {
  return expressions.join(' or ');
}

/** Without what binary fractions add: 1 - 0.99 is 0.010000000000000009. */
function exact(value: number): number {
  return Number(value.toPrecision(12));
}
