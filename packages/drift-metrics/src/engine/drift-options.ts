import { DIVERGENCE_NAMES, isOrdered, type DivergenceName } from '../divergences/score-divergence.ts';
import { DriftConfigurationError } from '../errors/drift-configuration-error.ts';
import { ALERT_TYPES, type AlertType } from './alert-type.ts';

/** One value for all, or one for each; what is left out has its default. */
export type PerAlertType = number | { readonly [type in AlertType]?: number | undefined };

/** How drift is judged. Every option has a default. */
export interface DriftOptions {
  /** A pane, the unit of evidence, closes after this time at the earliest. Default 60,000 (a minute). */
  readonly paneMinimumMs?: number | undefined;
  /** And with this many predictions at least. Default 100. */
  readonly paneMinimumEvents?: number | undefined;
  /** Panes in the window that scores are computed over, from 2 to 1440. Default 60. */
  readonly panes?: number | undefined;
  /**
   * Time between two false alarms of one model, on average and at least, with all its signals together. Default 30 days.
   */
  readonly meanTimeBetweenFalseAlarmsMs?: number | undefined;
  /**
   * Relative growth of a bin's share (or of the error rate) that is no drift: with 0.1 a class may go from 20% to 22% of
   * traffic and back, as it does between day and night. From 0 to 10. Default 0.1.
   */
  readonly tolerance?: PerAlertType | undefined;
  /**
   * How large a change has to be at least for an alert, however certain it is: a corrected population stability index, of
   * performance a drop of accuracy. Default 0.1.
   */
  readonly effectFloor?: PerAlertType | undefined;
  /** An alert ends when the size of the change has been below this ... Default: half of `effectFloor`. */
  readonly clearBelow?: PerAlertType | undefined;
  /** ... for this long. Default 3,600,000 (an hour). */
  readonly clearAfterMs?: number | undefined;
  /** No score of fewer samples. Default 500. */
  readonly minimumSamples?: number | undefined;
  /** What the scores are, not what alerts go by. Default `populationStability`. */
  readonly divergence?:
    | DivergenceName
    | {
        readonly distribution?: DivergenceName | undefined;
        readonly confidence?: DivergenceName | undefined;
        readonly feature?: DivergenceName | undefined;
      }
    | undefined;
}

/** {@link DriftOptions}, checked and complete. */
export interface DriftSettings {
  readonly paneMinimumMs: number;
  readonly paneMinimumEvents: number;
  readonly panes: number;
  /** In units of the shortest pane. */
  readonly panesBetweenFalseAlarms: number;
  readonly tolerance: { readonly [type in AlertType]: number };
  readonly effectFloor: { readonly [type in AlertType]: number };
  readonly clearBelow: { readonly [type in AlertType]: number };
  readonly clearAfterMs: number;
  readonly minimumSamples: number;
  readonly divergence: {
    readonly distribution: DivergenceName;
    readonly confidence: DivergenceName;
    readonly feature: DivergenceName;
  };
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Fewer panes between false alarms are a mistake: an alert would be raised by chance within the hour. */
const LEAST_PANES_BETWEEN_FALSE_ALARMS = 10;
/** Where an index of 0.1 is called a moderate shift by convention. */
const DEFAULT_EFFECT_FLOOR = 0.1;

/** @throws DriftConfigurationError */
export function resolveDriftOptions(options: DriftOptions = {}): DriftSettings {
  const paneMinimumMs = inRange('paneMinimumMs', options.paneMinimumMs ?? MINUTE_MS, 1, 30 * DAY_MS);
  const falseAlarmsMs = options.meanTimeBetweenFalseAlarmsMs ?? 30 * DAY_MS;
  const leastMs = LEAST_PANES_BETWEEN_FALSE_ALARMS * paneMinimumMs;
  const effectFloor = perType('effectFloor', options.effectFloor, () => DEFAULT_EFFECT_FLOOR);
  const clearBelow = perType('clearBelow', options.clearBelow, (type) => effectFloor[type] / 2);
  for (const type of ALERT_TYPES) {
    if (clearBelow[type] > effectFloor[type]) {
      throw new DriftConfigurationError(
        'clearBelow',
        `must not be above effectFloor (${effectFloor[type]}) for ${type}`,
        clearBelow[type],
        'an alert that clears above the size that raises it would never rest',
      );
    }
  }
  return {
    paneMinimumMs,
    paneMinimumEvents: wholeInRange('paneMinimumEvents', options.paneMinimumEvents ?? 100, 1, 1e9),
    panes: wholeInRange('panes', options.panes ?? 60, 2, 1440),
    panesBetweenFalseAlarms:
      inRange('meanTimeBetweenFalseAlarmsMs', falseAlarmsMs, leastMs, Number.MAX_SAFE_INTEGER) / paneMinimumMs,
    tolerance: perType('tolerance', options.tolerance, () => 0.1),
    effectFloor,
    clearBelow,
    clearAfterMs: inRange('clearAfterMs', options.clearAfterMs ?? 60 * MINUTE_MS, 0, Number.MAX_SAFE_INTEGER),
    minimumSamples: wholeInRange('minimumSamples', options.minimumSamples ?? 500, 1, 1e9),
    divergence: divergences(options.divergence),
  };
}

function inRange(option: string, value: number, least: number, most: number): number {
  if (typeof value !== 'number' || !(value >= least && value <= most)) {
    const range = `from ${least} to ${most}`;
    throw new DriftConfigurationError(option, `must be a number ${range}`, value, 'leave it out for the default');
  }
  return value;
}

function wholeInRange(option: string, value: number, least: number, most: number): number {
  if (!Number.isInteger(value)) {
    throw new DriftConfigurationError(
      option,
      `must be an integer from ${least} to ${most}`,
      value,
      'leave it out for the default',
    );
  }
  return inRange(option, value, least, most);
}

function perType(
  option: string,
  given: PerAlertType | undefined,
  byDefault: (type: AlertType) => number,
): { readonly [type in AlertType]: number } {
  if (typeof given === 'object' && given !== null) {
    const unknown = Object.keys(given).find((type) => !ALERT_TYPES.includes(type as AlertType));
    if (unknown !== undefined) {
      throw new DriftConfigurationError(option, `must name ${ALERT_TYPES.join(', ')}`, unknown, 'correct the name');
    }
  }
  const valueOf = (type: AlertType): number => {
    const value = typeof given === 'object' && given !== null ? given[type] : given;
    return inRange(typeof given === 'object' ? `${option}.${type}` : option, value ?? byDefault(type), 0, 10);
  };
  return {
    distribution: valueOf('distribution'),
    confidence: valueOf('confidence'),
    performance: valueOf('performance'),
    feature: valueOf('feature'),
  };
}

function divergences(given: DriftOptions['divergence']): DriftSettings['divergence'] {
  const one = typeof given === 'string' ? given : undefined;
  const each = typeof given === 'object' && given !== null ? given : {};
  // A divergence that needs order is for what has it; classes keep the default where one was asked for all.
  const forClasses = one !== undefined && isOrdered(one) ? undefined : one;
  const resolved = {
    distribution: each.distribution ?? forClasses ?? 'populationStability',
    confidence: each.confidence ?? one ?? 'populationStability',
    feature: each.feature ?? one ?? 'populationStability',
  } as const;
  for (const [type, name] of Object.entries(resolved)) {
    if (!DIVERGENCE_NAMES.includes(name)) {
      throw new DriftConfigurationError(
        'divergence',
        `must be one of ${DIVERGENCE_NAMES.join(', ')}`,
        name,
        'leave it out for the default',
      );
    }
    if (type === 'distribution' && isOrdered(name)) {
      throw new DriftConfigurationError(
        'divergence.distribution',
        'must not need an order: classes have none',
        name,
        'take populationStability',
      );
    }
  }
  return resolved;
}
