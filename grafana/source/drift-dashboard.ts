import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { buildDashboard, type PanelRow } from './dashboard-frame.ts';
import { DRIFT_UID } from './dashboard-uids.ts';
import { fleetClassShares, fleetScore } from './fleet-shares.ts';
import { chartPanel, heatmapPanel, type Limits, type Query, statPanel } from './panels.ts';
import { avg, gauge, histogramIncrease, increase, max, min, rate, ratio, sum } from './promql.ts';
import { tablePanel } from './table-panel.ts';

const MODEL = ['model_type'];
const BY_MODEL = '{{model_type}}';
const NO_REFERENCE = 'No reference';
const NO_SCORE = 'No score: no reference, or too few samples';

/** Where alerts tell of drift, and of severe drift. */
const scoreLimits: Limits = { amber: 0.1, red: 0.25 };

/** Ten minutes without a look at the counts are an alert. */
const staleLimits: Limits = { amber: 120, red: 600 };

const ageSeconds = `time() - ${gauge('drift.last_evaluation.timestamp')}`;
const classes = fleetClassShares();

function score(type: string): string {
  return gauge('drift.score', `metric_type="${type}"`);
}

/** Is live traffic still what the models were made for? Scores, what changed, how sure the models are, and are they right. */
export function driftDashboard(): Dashboard {
  return buildDashboard({
    uid: DRIFT_UID,
    title: 'Drift',
    description:
      'Is live traffic still what the models were made for? Scores say how far it is from the reference, alerts say that it is no chance, and the table says which classes it is.',
    targetsHave: 'drift.alerts',
    models: 'drift.reference.loaded',
    top: answers(),
    rows: [scores(), changes(), confidence(), accuracy(), evidence()],
  });
}

function answers(): PanelRow['panels'] {
  return [
    statPanel({
      title: 'Alerts that last',
      description:
        'Has something drifted, beyond chance? Signals of all models and replicas whose alert has not ended.',
      noData: NO_REFERENCE,
      alerts: ['InferenceDrift'],
      unit: 'short',
      queries: [{ expression: sum([], gauge('drift.alert.active')), legend: 'alerts' }],
      limits: { red: 1 },
      width: 4,
    }),
    scoreStat('Classes', 'distribution', 'Are the predicted classes others than in the reference?'),
    scoreStat('Confidence', 'confidence', 'Are the models less sure, or surer, than on the reference?'),
    statPanel({
      title: 'Loss of accuracy, worst',
      description:
        'Are the models wrong more often than on the reference? How much accuracy the worst has lost, by true labels alone.',
      noData: 'Too few true labels',
      alerts: ['InferenceDrift'],
      unit: 'percentunit',
      decimals: 1,
      queries: [{ expression: max([], score('performance')), legend: 'loss' }],
      limits: scoreLimits,
      width: 4,
    }),
    statPanel({
      title: 'Accuracy estimated, worst',
      description:
        'How often are the models right, as their confidences suggest? Of the model where it is lowest; needs no true labels and does not see that what is right has changed.',
      noData: NO_SCORE,
      unit: 'percentunit',
      decimals: 1,
      queries: [{ expression: min([], gauge('model.accuracy.estimated')), legend: 'estimated' }],
      width: 4,
    }),
    statPanel({
      title: 'Last look',
      description: 'Is drift still judged? How long ago the slowest monitor last looked at its counts.',
      noData: 'Not judged yet',
      alerts: ['DriftEvaluationStale'],
      unit: 's',
      decimals: 0,
      queries: [{ expression: max([], ageSeconds), legend: 'age' }],
      limits: staleLimits,
      width: 4,
    }),
    tablePanel({
      title: 'Models',
      description:
        'Which model is it? One row for each model, as it is now, of the replica where it is worst. A reference that is missing or learned from live traffic raises no alerts.',
      noData: 'No models with a reference',
      alerts: ['DriftReferenceMissing'],
      keys: { model_type: 'Model' },
      columns: [
        {
          title: 'Reference',
          unit: 'bool_yes_no',
          limits: { red: 1, isFloor: true },
          expression: min(MODEL, gauge('drift.reference.loaded')),
        },
        { title: 'Learned live', unit: 'bool_yes_no', expression: max(MODEL, gauge('drift.reference.warmup')) },
        {
          title: 'Classes',
          unit: 'none',
          decimals: 3,
          limits: scoreLimits,
          expression: max(MODEL, score('distribution')),
        },
        {
          title: 'Confidence',
          unit: 'none',
          decimals: 3,
          limits: scoreLimits,
          expression: max(MODEL, score('confidence')),
        },
        {
          title: 'Loss of accuracy',
          unit: 'percentunit',
          decimals: 1,
          limits: scoreLimits,
          expression: max(MODEL, score('performance')),
        },
        {
          title: 'Samples, fewest',
          unit: 'short',
          expression: min(MODEL, gauge('drift.window.samples', 'signal="class"')),
        },
        {
          title: 'Alerts in the time shown',
          unit: 'short',
          expression: sum(MODEL, increase('$__range', 'drift.alerts', 'model_type!=""')),
        },
      ],
      width: 24,
      height: 6,
    }),
  ];
}

function scoreStat(title: string, type: string, question: string): PanelRow['panels'][number] {
  return statPanel({
    title: `${title}, worst`,
    description: `${question} The population stability index of the replica and model where it is highest: from 0.1 moderate, from 0.25 severe.`,
    noData: NO_SCORE,
    alerts: type === 'distribution' ? ['ModelDrift', 'ModelDriftSevere'] : ['InferenceDrift'],
    unit: 'none',
    decimals: 3,
    queries: [{ expression: max([], score(type)), legend: type }],
    limits: scoreLimits,
    width: 4,
  });
}

function scores(): PanelRow {
  return {
    title: 'Scores',
    panels: [
      scoreChart('Classes', 'class', 'distribution', ['ModelDrift', 'ModelDriftSevere']),
      scoreChart('Confidence', 'confidence', 'confidence', ['InferenceDrift']),
      chartPanel({
        title: 'Loss of accuracy',
        description: 'Since when is a model wrong more often than on its reference? By true labels alone.',
        noData: 'Too few true labels',
        alerts: ['InferenceDrift'],
        unit: 'percentunit',
        isFromZero: false,
        queries: [{ expression: max(MODEL, score('performance')), legend: BY_MODEL }],
        limits: scoreLimits,
        width: 8,
      }),
      chartPanel({
        title: 'Features',
        description:
          'Which property of the inputs changed? The index of each feature, of the replica where it is highest.',
        noData: 'The reference has no features, or there are too few samples',
        alerts: ['InferenceDrift'],
        unit: 'none',
        queries: [
          {
            expression: max(['model_type', 'feature'], gauge('drift.feature.score')),
            legend: '{{model_type}} {{feature}}',
          },
        ],
        limits: scoreLimits,
        width: 12,
      }),
      chartPanel({
        title: 'Samples',
        description:
          'Are there enough samples to judge by? In the window of the replica that has fewest; below 500 there is no score. References of fewer than 5,000 need longer to see a small shift.',
        noData: NO_REFERENCE,
        unit: 'short',
        queries: [
          {
            expression: min(['model_type', 'signal'], gauge('drift.window.samples')),
            legend: '{{model_type}} {{signal}}',
          },
          {
            expression: max(MODEL, gauge('drift.reference.samples', 'signal="class"')),
            legend: '{{model_type}} reference',
          },
        ],
        limits: { red: 500, isFloor: true },
        width: 12,
      }),
    ],
  };
}

function scoreChart(
  title: string,
  signal: string,
  type: string,
  alerts: readonly string[],
): PanelRow['panels'][number] {
  return chartPanel({
    title,
    description:
      'Since when, and is it all replicas or one? The index of all replicas together over an hour, which alerts go by (it is recorded by the rules of prometheus/ and does not heed job, instance and version), and that of the replica where it is highest.',
    noData: NO_SCORE,
    alerts,
    unit: 'none',
    queries: [
      { expression: max(MODEL, fleetScore(signal)), legend: '{{model_type}} all replicas' },
      { expression: max(MODEL, score(type)), legend: '{{model_type}} worst replica' },
    ],
    limits: scoreLimits,
    width: 8,
  });
}

function changes(): PanelRow {
  return {
    title: 'What changed',
    panels: [
      tablePanel({
        title: 'Classes now and in the reference',
        description:
          'Which classes are more, or fewer, than they should be? Shares of the last hour over all replicas, beside those of the reference, with what grew most on top. `other` is all classes that the reference does not name.',
        noData: NO_REFERENCE,
        keys: { model_type: 'Model', bin: 'Class', reference: 'Reference' },
        columns: [
          { title: 'Now', unit: 'percentunit', decimals: 1, expression: classes.live },
          { title: 'Then', unit: 'percentunit', decimals: 1, expression: classes.reference },
          {
            title: 'Difference',
            unit: 'percentunit',
            decimals: 1,
            expression: `${classes.live} - ${classes.reference}`,
          },
        ],
        sortBy: 'Difference',
        width: 12,
        height: 12,
      }),
      chartPanel({
        title: 'Contributions',
        description:
          'Which classes make the score? What each adds to the index, of the replica where it is most; the sum is the index before its correction.',
        noData: NO_SCORE,
        unit: 'none',
        queries: [
          {
            expression: max(['model_type', 'predicted_class'], gauge('drift.class.contribution')),
            legend: '{{model_type}} {{predicted_class}}',
          },
        ],
        isStacked: true,
        width: 12,
        height: 12,
      }),
      chartPanel({
        title: 'Share of each class',
        description: 'How did the mix of classes move? Its share of the predictions of its model, over all replicas.',
        noData: 'No classes are recorded',
        unit: 'percentunit',
        queries: [{ expression: classShares(), legend: '{{model_type}} {{predicted_class}}' }],
        width: 24,
      }),
    ],
  };
}

function classShares(): string {
  const predictions = rate('prediction.distribution');
  const total = `(${sum(MODEL, predictions)} > 0)`;
  return `${sum(['model_type', 'predicted_class'], predictions)} / on (model_type) group_left () ${total}`;
}

function confidence(): PanelRow {
  return {
    title: 'Confidence',
    panels: [
      heatmapPanel({
        title: 'Confidence of predictions',
        description:
          'How sure are the models, and did it move? Predictions by their confidence: the darker, the more. A band that sinks, or a second one, is a change that averages hide.',
        noData: 'No confidence is recorded',
        unit: 'percentunit',
        expression: sum(['le'], histogramIncrease('$__rate_interval', '_bucket', 'model.confidence.scores')),
        width: 24,
      }),
    ],
  };
}

function accuracy(): PanelRow {
  const estimated = gauge('model.accuracy.estimated');
  const error = gauge('model.accuracy.estimated.standard_error');
  const queries: Query[] = [
    {
      expression: ratio(
        MODEL,
        increase('1h', 'ground.truth', 'outcome="correct"'),
        increase('1h', 'ground.truth', 'outcome=~"correct|incorrect"'),
      ),
      legend: '{{model_type}} by true labels',
    },
    { expression: avg(MODEL, gauge('model.accuracy')), legend: '{{model_type}} of the latest labels' },
    { expression: avg(MODEL, estimated), legend: '{{model_type}} estimated' },
    { expression: avg(MODEL, `${estimated} - 2 * ${error}`), legend: '{{model_type}} estimated, at least' },
    {
      expression: avg(MODEL, `clamp_max(${estimated} + 2 * ${error}, 1)`),
      legend: '{{model_type}} estimated, at most',
    },
  ];
  return {
    title: 'Accuracy',
    panels: [
      chartPanel({
        title: 'Accuracy, labelled and estimated',
        description:
          'Are the models still right? By the true labels of the last hour over all replicas, by the latest 1,000 of each, and as the confidences suggest it, with two standard errors to each side. Where labels and estimate part, what is right has changed: the estimate cannot see that.',
        noData: 'No true labels and no reference',
        unit: 'percentunit',
        isFromZero: false,
        queries,
        width: 16,
      }),
      chartPanel({
        title: 'True labels',
        description:
          'Do true labels come? In a second, by what they said: late ones came after their prediction was forgotten, unmatched ones name no known request.',
        noData: 'No true labels',
        unit: 'ops',
        queries: [
          { expression: sum(['model_type', 'outcome'], rate('ground.truth')), legend: '{{model_type}} {{outcome}}' },
        ],
        isStacked: true,
        width: 8,
      }),
    ],
  };
}

function evidence(): PanelRow {
  return {
    title: 'Alerts and their evidence',
    panels: [
      chartPanel({
        title: 'Evidence',
        description:
          'How sure is it that a change is no chance? The evidence of each signal, as a logarithm, of the replica that has most, and what it must reach for an alert.',
        noData: NO_REFERENCE,
        alerts: ['InferenceDrift'],
        unit: 'none',
        isFromZero: false,
        queries: [
          { expression: max(['model_type', 'signal'], gauge('drift.evidence')), legend: '{{model_type}} {{signal}}' },
          { expression: max(MODEL, gauge('drift.evidence.threshold')), legend: '{{model_type}} threshold' },
        ],
        width: 8,
      }),
      chartPanel({
        title: 'Alerts that last',
        description: 'Which signal, and for how long? Replicas whose alert for it has not ended.',
        noData: NO_REFERENCE,
        alerts: ['InferenceDrift'],
        unit: 'short',
        queries: [
          {
            expression: sum(['model_type', 'signal'], gauge('drift.alert.active')),
            legend: '{{model_type}} {{signal}}',
          },
        ],
        isStacked: true,
        width: 8,
      }),
      chartPanel({
        title: 'Alerts raised in an hour',
        description: 'Does it come again and again? Alerts over all replicas; each is told once, when it begins.',
        noData: NO_REFERENCE,
        unit: 'short',
        queries: [
          {
            expression: sum(['model_type', 'alert_type'], increase('1h', 'drift.alerts')),
            legend: '{{model_type}} {{alert_type}}',
          },
        ],
        isStacked: true,
        width: 8,
      }),
    ],
  };
}
