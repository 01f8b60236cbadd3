import type { ScrapedSeries } from '../smoke/scraped-series.ts';

export const MODELS = ['document', 'image'] as const;
export type Model = (typeof MODELS)[number];

export const ALERT_TYPES = ['distribution', 'confidence', 'performance', 'feature'] as const;
export type AlertType = (typeof ALERT_TYPES)[number];

const SIGNALS: Readonly<Record<Model, Readonly<Partial<Record<AlertType, string>>>>> = {
  document: {
    distribution: 'class',
    confidence: 'confidence',
    performance: 'performance',
    feature: 'feature:text_length',
  },
  image: { distribution: 'class', confidence: 'confidence', performance: 'performance' },
};

/** What one scrape says of the drift of one model. What is undefined is not known yet. */
export interface ModelReading {
  readonly scores: Readonly<Record<AlertType, number | undefined>>;
  /** Alerts that are on. */
  readonly active: ReadonlySet<AlertType>;
  /** Alerts ever raised. */
  readonly alerts: Readonly<Record<AlertType, number>>;
  readonly accuracy: number | undefined;
  readonly estimatedAccuracy: number | undefined;
}

export type DriftReading = Readonly<Record<Model, ModelReading>>;

export function readDrift(series: ScrapedSeries): DriftReading {
  return { document: readModel(series, 'document'), image: readModel(series, 'image') };
}

function readModel(series: ScrapedSeries, model_type: Model): ModelReading {
  const score = (metric_type: AlertType): number | undefined =>
    series.value('drift_score', { model_type, metric_type });
  const alerts = (alert_type: AlertType): number => series.value('drift_alerts_total', { model_type, alert_type }) ?? 0;
  const isActive = (type: AlertType): boolean => {
    const signal = SIGNALS[model_type][type];
    return signal !== undefined && series.value('drift_alert_active', { model_type, signal }) === 1;
  };
  return {
    scores: {
      distribution: score('distribution'),
      confidence: score('confidence'),
      performance: score('performance'),
      feature: series.value('drift_feature_score', { model_type, feature: 'text_length' }),
    },
    active: new Set(ALERT_TYPES.filter(isActive)),
    alerts: {
      distribution: alerts('distribution'),
      confidence: alerts('confidence'),
      performance: alerts('performance'),
      feature: alerts('feature'),
    },
    accuracy: series.value('model_accuracy', { model_type }),
    estimatedAccuracy: series.value('model_accuracy_estimated', { model_type }),
  };
}
