import type { Attributes } from '@opentelemetry/api';
import { readAttributeSet } from './attribute-set.ts';
import type { BridgeWarnings } from './bridge-warnings.ts';

/** One series that an instrument may have. */
export interface LimitedSeries {
  /** Always the same object for the same attribute set of an instrument. */
  readonly attributes: Attributes;
  /** Whether this is the series of all attribute sets that came after the limit was reached. */
  readonly isOverflow: boolean;
  /** Number of the latest collection round that observed this series; only kept for observable instruments. */
  observedInRound: number;
}

/** Decides which attribute sets of one instrument get a series of their own, once and for the life of the process. */
export interface SeriesLimiter {
  readonly metric: string;
  /** The series for `attributes`: its own if it is among the first, else the overflow series. Never throws. */
  admit(attributes: unknown): LimitedSeries;
}

/** The series that all limiters of a provider may admit together. */
export interface SeriesBudget {
  /** Takes one series out of the budget; `false` when there is none left. */
  take(): boolean;
}

export interface SeriesLimiterOptions {
  readonly metric: string;
  /** Attribute sets that get a series of their own, the overflow series not counted. */
  readonly cardinalityLimit: number;
  readonly budget: SeriesBudget;
  readonly warnings: BridgeWarnings;
}

/** Attribute of the overflow series, by OpenTelemetry's specification of cardinality limits. */
export const OVERFLOW_ATTRIBUTE = 'otel.metric.overflow';

export function createSeriesBudget(seriesLimit: number): SeriesBudget {
  let left = seriesLimit;
  return {
    take(): boolean {
      if (left <= 0) {
        return false;
      }
      left--;
      return true;
    },
  };
}

/**
 * The limit of the SDK itself caps only the series recorded between two collections, so that a new id per request
 * grows a cumulative metric without end. This one is asked before the SDK and never forgets what it has admitted.
 */
export function createSeriesLimiter(options: SeriesLimiterOptions): SeriesLimiter {
  return new RememberingSeriesLimiter(options);
}

class RememberingSeriesLimiter implements SeriesLimiter {
  readonly metric: string;
  readonly #options: SeriesLimiterOptions;
  readonly #series = new Map<string, LimitedSeries>();
  readonly #overflow: LimitedSeries;
  #admitted = 0;

  constructor(options: SeriesLimiterOptions) {
    this.metric = options.metric;
    this.#options = options;
    const overflow = readAttributeSet({ [OVERFLOW_ATTRIBUTE]: true });
    this.#overflow = { attributes: overflow.toAttributes(), isOverflow: true, observedInRound: 0 };
    // Somebody who records the overflow attribute by hand means this series too.
    this.#series.set(overflow.key, this.#overflow);
  }

  admit(attributes: unknown): LimitedSeries {
    const set = readAttributeSet(attributes);
    if (set.isIncomplete) {
      this.#options.warnings.warn(
        'attribute',
        () =>
          `an attribute of metric "${this.metric}" was left out: an attribute is a string, a number, a boolean, or a small list or map of these`,
      );
    }
    const known = this.#series.get(set.key);
    if (known !== undefined) {
      return known;
    }
    const { cardinalityLimit, budget, warnings } = this.#options;
    if (this.#admitted >= cardinalityLimit) {
      warnings.warn(
        'cardinality',
        () =>
          `metric "${this.metric}" has more than ${cardinalityLimit} attribute sets; new ones go to the series with ${OVERFLOW_ATTRIBUTE}`,
      );
      return this.#overflow;
    }
    if (!budget.take()) {
      warnings.warn(
        'cardinality',
        () =>
          `all metrics together have reached their limit of series, so new ones of metric "${this.metric}" go to the series with ${OVERFLOW_ATTRIBUTE}`,
      );
      return this.#overflow;
    }
    this.#admitted++;
    const series: LimitedSeries = { attributes: set.toAttributes(), isOverflow: false, observedInRound: 0 };
    this.#series.set(set.key, series);
    return series;
  }
}
