import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { budget, errorBurn, latencyBurn } from './burn-rate.ts';
import { buildDashboard, type PanelRow } from './dashboard-frame.ts';
import { byVersion, versionKeys } from './by-version.ts';
import { DRIFT_UID, MAIN_UID } from './dashboard-uids.ts';
import { chartPanel, statPanel } from './panels.ts';
import { gauge, histogramRate, increase, max, mean, min, quantile, rate, ratio, sum } from './promql.ts';
import { burnLimits, objectives } from './service-level.ts';
import { tablePanel } from './table-panel.ts';

const MODEL = ['model_type'];
const BY_MODEL = '{{model_type}}';
const NO_REQUESTS = 'No requests';

/** Failures of any kind, the client's own too: budgets tell whether the rest is too many, these what is out of the ordinary. */
const errorLimits = { amber: 0.05, red: 0.2 };
/** From what models promise on, and from twice of it. */
const { thresholdSeconds } = objectives.fallback;
const latencyLimits = { amber: thresholdSeconds, red: 2 * thresholdSeconds };

/** A blocked event loop is normal while a model runs on it; for half a minute it is not. */
const blockedLimits = { amber: 5, red: 30 };

const failed = 'status="error"';

/** Is it serving, and serving well? Requests, errors, latency, what the models answer, and how full the service is. */
export function mainDashboard(): Dashboard {
  return buildDashboard({
    uid: MAIN_UID,
    title: 'Inference',
    description:
      'Are the models serving, and serving well? Read the top row first: what is green needs nobody. The table says which model it is.',
    targetsHave: 'inference.requests',
    models: 'inference.requests',
    top: [...answers(), models()],
    rows: [serviceLevels(), traffic(), latency(), predictions(), saturation()],
  });
}

function answers(): PanelRow['panels'] {
  return [
    statPanel({
      title: 'Requests',
      description: 'Is there traffic? Inferences that ended in a second, failed ones too, over all selected models.',
      noData: NO_REQUESTS,
      alerts: ['NoTraffic'],
      unit: 'reqps',
      queries: [{ expression: sum([], rate('inference.requests')), legend: 'requests' }],
      width: 3,
    }),
    statPanel({
      title: 'Failed',
      description: 'Do requests fail? The share of all requests that ended in an error of any kind.',
      noData: NO_REQUESTS,
      alerts: ['ErrorBudgetBurnFast', 'ErrorBudgetBurnSlow'],
      unit: 'percentunit',
      decimals: 2,
      queries: [
        { expression: ratio([], rate('inference.requests', failed), rate('inference.requests')), legend: 'failed' },
      ],
      limits: errorLimits,
      width: 3,
    }),
    statPanel({
      title: 'p95, slowest model',
      description: `Is it slow? The time within which 95% of the successes of the slowest model end. Amber from ${thresholdSeconds} s.`,
      noData: NO_REQUESTS,
      alerts: ['HighLatency'],
      unit: 's',
      queries: [{ expression: max([], quantile(0.95, MODEL, 'inference.latency')), legend: 'p95' }],
      limits: latencyLimits,
      width: 3,
    }),
    statPanel({
      title: 'Error budget burn, 1 h',
      description: burnDescription('errors', 'the worst model'),
      noData: NO_REQUESTS,
      alerts: ['ErrorBudgetBurnFast', 'ErrorBudgetBurnSlow'],
      unit: 'none',
      decimals: 1,
      queries: [{ expression: max([], errorBurn('1h')), legend: 'burn' }],
      limits: burnLimits,
      width: 3,
    }),
    statPanel({
      title: 'Latency budget burn, 1 h',
      description: burnDescription('slow answers', 'the worst model'),
      noData: NO_REQUESTS,
      alerts: ['LatencyBudgetBurnFast', 'LatencyBudgetBurnSlow'],
      unit: 'none',
      decimals: 1,
      queries: [{ expression: max([], latencyBurn('1h')), legend: 'burn' }],
      limits: burnLimits,
      width: 3,
    }),
    statPanel({
      title: 'Accuracy, worst model',
      description:
        'Is it right? The share of correct predictions among the true labels that came in the time shown, of the model where it is lowest. Only what was labelled counts.',
      noData: 'No true labels',
      unit: 'percentunit',
      decimals: 1,
      queries: [{ expression: min([], accuracy(MODEL)), legend: 'accuracy' }],
      width: 3,
    }),
    statPanel({
      title: 'In flight',
      description: 'Does work pile up? Inferences that have begun and not ended.',
      noData: 'No inference was begun by a timer',
      unit: 'short',
      queries: [{ expression: sum([], gauge('inference.in_flight')), legend: 'in flight' }],
      width: 3,
    }),
    statPanel({
      title: 'Event loop blocked',
      description:
        'Does a service hang? For how long the most blocked event loop has not turned by now. Seconds are normal while a model runs on the main thread.',
      noData: 'No process',
      alerts: ['EventLoopBlocked'],
      unit: 's',
      queries: [{ expression: max([], gauge('nodejs.eventloop.blocked')), legend: 'blocked' }],
      limits: blockedLimits,
      width: 3,
    }),
  ];
}

function models(): PanelRow['panels'][number] {
  const versionQuantile = (share: number): string =>
    `histogram_quantile(${share}, ${sum(['le', ...versionKeys], byVersion(histogramRate('_bucket', 'inference.latency')))}) >= 0`;
  const confidence = (part: '_sum' | '_count'): string =>
    sum(versionKeys, byVersion(histogramRate(part, 'model.confidence.scores')));
  return tablePanel({
    title: 'Models',
    description:
      'Which model is it, and which version? One row for each, as it is now; two versions of a model are a rollout, and this is where to compare them. A click on the name leads to its drift.',
    noData: 'No models',
    keys: { model_type: 'Model', model_version: 'Version', owner: 'Owner' },
    columns: [
      { title: 'Requests', unit: 'reqps', expression: sum(versionKeys, byVersion(rate('inference.requests'))) },
      {
        title: 'Failed',
        unit: 'percentunit',
        decimals: 2,
        limits: errorLimits,
        expression: ratio(
          versionKeys,
          byVersion(rate('inference.requests', failed)),
          byVersion(rate('inference.requests')),
        ),
      },
      { title: 'p50', unit: 's', expression: versionQuantile(0.5) },
      { title: 'p95', unit: 's', limits: latencyLimits, expression: versionQuantile(0.95) },
      { title: 'p99', unit: 's', expression: versionQuantile(0.99) },
      {
        title: 'Mean confidence',
        unit: 'percentunit',
        decimals: 1,
        expression: `${confidence('_sum')} / (${confidence('_count')} > 0)`,
      },
      { title: 'Accuracy', unit: 'percentunit', decimals: 1, expression: accuracy(versionKeys, byVersion) },
      { title: 'In flight', unit: 'short', expression: sum(versionKeys, byVersion(gauge('inference.in_flight'))) },
    ],
    keyLink: {
      title: 'Drift of this model',
      url: `/d/${DRIFT_UID}?var-datasource=\${datasource}&var-model=\${__value.text}&\${__url_time_range}`,
    },
    width: 24,
    height: 6,
  });
}

/** Of the true labels that came in the dashboard's time, the share that agreed; counts of all processes add up. */
function accuracy(by: readonly string[], attach: (expression: string) => string = (expression) => expression): string {
  return ratio(
    by,
    attach(increase('$__range', 'ground.truth', 'outcome="correct"')),
    attach(increase('$__range', 'ground.truth', 'outcome=~"correct|incorrect"')),
  );
}

function serviceLevels(): PanelRow {
  return {
    title: 'Service level',
    panels: [
      burnChart('Error budget burn', 'errors', errorBurn, ['ErrorBudgetBurnFast', 'ErrorBudgetBurnSlow']),
      burnChart('Latency budget burn', 'slow answers', latencyBurn, ['LatencyBudgetBurnFast', 'LatencyBudgetBurnSlow']),
    ],
  };
}

function burnChart(
  title: string,
  what: string,
  burn: (window: string) => string,
  alerts: readonly string[],
): PanelRow['panels'][number] {
  return chartPanel({
    title,
    description: burnDescription(what, 'each model'),
    noData: NO_REQUESTS,
    alerts,
    unit: 'none',
    queries: [
      { expression: burn('1h'), legend: '{{model_type}}, 1 h' },
      { expression: burn('5m'), legend: '{{model_type}}, 5 min' },
    ],
    limits: burnLimits,
    width: 12,
  });
}

function traffic(): PanelRow {
  return {
    title: 'Requests and errors',
    panels: [
      chartPanel({
        title: 'Requests by model',
        description: 'Has the traffic changed? Inferences that ended in a second, failed ones too.',
        noData: NO_REQUESTS,
        alerts: ['NoTraffic'],
        unit: 'reqps',
        queries: [{ expression: sum(MODEL, rate('inference.requests')), legend: BY_MODEL }],
        isStacked: true,
        width: 8,
      }),
      chartPanel({
        title: 'Failed by model',
        description: 'Since when, and which model? The share of its requests that ended in an error of any kind.',
        noData: NO_REQUESTS,
        alerts: ['ErrorBudgetBurnFast', 'ErrorBudgetBurnSlow'],
        unit: 'percentunit',
        queries: [
          {
            expression: ratio(MODEL, rate('inference.requests', failed), rate('inference.requests')),
            legend: BY_MODEL,
          },
        ],
        limits: errorLimits,
        width: 8,
      }),
      chartPanel({
        title: 'Errors by code',
        description: `What goes wrong? Failed inferences in a second, by error code. Codes that are the client's own doing (${objectives.fallback.uncountedCodes.join(', ')}) do not count against the error budget.`,
        noData: 'No errors since the processes started',
        unit: 'reqps',
        queries: [
          {
            expression: sum(['model_type', 'error_code'], rate('error.count')),
            legend: '{{model_type}} {{error_code}}',
          },
        ],
        isStacked: true,
        width: 8,
      }),
    ],
  };
}

function latency(): PanelRow {
  return {
    title: 'Latency',
    panels: [
      chartPanel({
        title: 'Percentiles of all models',
        description:
          'Is everybody slow, or a few? Half of all successes end within p50; if only p99 rises, it is a few. Failures are not in it.',
        noData: NO_REQUESTS,
        alerts: ['HighLatency'],
        unit: 's',
        queries: [0.5, 0.95, 0.99].map((part) => ({
          expression: quantile(part, [], 'inference.latency'),
          legend: `p${part * 100}`,
        })),
        limits: latencyLimits,
        width: 6,
      }),
      chartPanel({
        title: 'p95 by model',
        description: 'Which model is slow? 95% of its successes end within this time.',
        noData: NO_REQUESTS,
        alerts: ['HighLatency'],
        unit: 's',
        queries: [{ expression: quantile(0.95, MODEL, 'inference.latency'), legend: BY_MODEL }],
        limits: latencyLimits,
        width: 6,
      }),
      chartPanel({
        title: 'Phases, mean',
        description:
          'Where does the time go? What each phase of an inference takes on average, one above the other, as the service marks them.',
        noData: 'No phases are marked',
        unit: 's',
        queries: [{ expression: mean(['model_type', 'phase'], 'inference.phase'), legend: '{{model_type}} {{phase}}' }],
        isStacked: true,
        width: 6,
      }),
      chartPanel({
        title: 'p95 of failures',
        description: 'Do failures come at once, or after a timeout? 95% of the failed inferences end within this time.',
        noData: 'No failures',
        unit: 's',
        queries: [{ expression: quantile(0.95, MODEL, 'inference.failure.latency'), legend: BY_MODEL }],
        width: 6,
      }),
    ],
  };
}

function predictions(): PanelRow {
  return {
    title: 'Predictions',
    panels: [
      chartPanel({
        title: 'Confidence',
        description:
          'Is a model less sure than it was? Its median confidence, and what all but a tenth of its predictions exceed.',
        noData: 'No confidence is recorded',
        unit: 'percentunit',
        max: 1,
        queries: [
          { expression: quantile(0.5, MODEL, 'model.confidence.scores'), legend: '{{model_type}} median' },
          { expression: quantile(0.1, MODEL, 'model.confidence.scores'), legend: '{{model_type}} p10' },
        ],
        width: 8,
      }),
      chartPanel({
        title: 'Classes',
        description:
          'What do the models answer? Predictions in a second, by class. A class that takes over is suspect.',
        noData: 'No classes are recorded',
        unit: 'ops',
        queries: [
          {
            expression: sum(['model_type', 'predicted_class'], rate('prediction.distribution')),
            legend: '{{model_type}} {{predicted_class}}',
          },
        ],
        isStacked: true,
        width: 8,
      }),
      chartPanel({
        title: 'Batch size',
        description:
          'Are batches formed? Items given to a model at once: the mean, and what 95% of the batches stay within.',
        noData: 'No batch sizes are recorded',
        unit: 'short',
        queries: [
          { expression: mean(MODEL, 'batch.size'), legend: '{{model_type}} mean' },
          { expression: quantile(0.95, MODEL, 'batch.size'), legend: '{{model_type}} p95' },
        ],
        width: 8,
      }),
    ],
  };
}

function saturation(): PanelRow {
  return {
    title: 'How full it is',
    panels: [
      chartPanel({
        title: 'In flight by model',
        description: 'Which model has a queue? Inferences that have begun and not ended, over all processes.',
        noData: 'No inference was begun by a timer',
        unit: 'short',
        queries: [{ expression: sum(MODEL, gauge('inference.in_flight')), legend: BY_MODEL }],
        width: 8,
      }),
      chartPanel({
        title: 'Event loop blocked',
        description:
          'Which process hangs? For how long its event loop has not turned at the time of the scrape, which is answered all the same. Seconds are normal while a model runs on the main thread.',
        noData: 'No process',
        alerts: ['EventLoopBlocked'],
        unit: 's',
        queries: [{ expression: max(['instance'], gauge('nodejs.eventloop.blocked')), legend: '{{instance}}' }],
        limits: blockedLimits,
        width: 8,
      }),
      chartPanel({
        title: 'Event loop utilisation',
        description: 'Is there room for more requests? The share of the time in which the event loop was not idle.',
        noData: 'No process',
        unit: 'percentunit',
        max: 1,
        queries: [{ expression: max(['instance'], gauge('nodejs.eventloop.utilization')), legend: '{{instance}}' }],
        width: 8,
      }),
    ],
  };
}

function burnDescription(what: string, whose: string): string {
  return `Is the budget for ${what} of ${whose} being spent too fast? 1 spends it exactly by the end of ${objectives.window}; ${burnLimits.red} for an hour pages. Budget, unless slo.yml says otherwise for a model: ${describeBudget(what)}.`;
}

function describeBudget(what: string): string {
  const { errorObjective, latencyObjective } = objectives.fallback;
  return what === 'errors'
    ? `${percent(budget(errorObjective))} of requests may fail, the client's own errors aside`
    : `${percent(budget(latencyObjective))} of successes may take longer than ${thresholdSeconds} s`;
}

function percent(share: number): string {
  return `${Number((100 * share).toFixed(8))}%`;
}
