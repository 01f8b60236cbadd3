import type { DriftAlert, DriftOptions as DriftPackageOptions } from '@inferometer/drift-metrics';
import { isIntegerIn, type OptionReader } from './option-reader.ts';
import type { ResolvedDrift } from './resolved-options.ts';

// The ranges are those of `@inferometer/drift-metrics`, which is not loaded to say what is wrong; a test compares them.

const MINUTE_MS = 60_000;
const MONTH_MS = 30 * 24 * 60 * MINUTE_MS;
const MOST_EVENTS = 1e9;

/** Fewer panes between false alarms are a mistake: an alert would be raised by chance within the hour. */
const LEAST_PANES_BETWEEN_FALSE_ALARMS = 10;

const DEFAULT_PANES = 60;
const DEFAULT_PANE_MS = MINUTE_MS;
const DEFAULT_EFFECT_FLOOR = 0.1;

/** Often enough that a pane of a minute closes when it is due; a pane that is shorter is looked at as it closes. */
const DEFAULT_EVALUATION_INTERVAL_MS = 10_000;

/** Below, the observer would do little else. */
const intervalRange = { min: 10, max: 3_600_000 };

const alertTypes = ['distribution', 'confidence', 'performance', 'feature'] as const;
const scoreTypes = ['distribution', 'confidence', 'feature'] as const;
type ScoreType = (typeof scoreTypes)[number];

const unordered = [
  'populationStability',
  'populationStabilityRaw',
  'jensenShannon',
  'jensenShannonBase2',
  'hellinger',
  'totalVariation',
] as const;
const divergences = [...unordered, 'kolmogorovSmirnov', 'wasserstein', 'wassersteinScaled'] as const;

type Given = { -readonly [Name in keyof DriftPackageOptions]?: DriftPackageOptions[Name] };

/** @throws ConfigurationError for the first option that is wrong */
export function resolveDriftDetection(options: OptionReader): ResolvedDrift | false {
  const drift = options.part('drift');
  if (options.value('drift') === false) {
    return false;
  }
  const given: Given = {
    paneMinimumMs: number(drift, 'paneMinimumMs', 1, MONTH_MS),
    paneMinimumEvents: drift.integer('paneMinimumEvents', { min: 1, max: MOST_EVENTS }),
    meanTimeBetweenFalseAlarmsMs: number(drift, 'meanTimeBetweenFalseAlarmsMs', 1, Number.MAX_SAFE_INTEGER),
    tolerance: perType(drift, 'tolerance'),
    effectFloor: perType(drift, 'effectFloor'),
    clearBelow: perType(drift, 'clearBelow'),
    clearAfterMs: number(drift, 'clearAfterMs', 0, Number.MAX_SAFE_INTEGER),
    minimumSamples: drift.integer('minimumSamples', { min: 1, max: MOST_EVENTS }),
    divergence: divergence(drift),
  };
  const paneMs = given.paneMinimumMs ?? DEFAULT_PANE_MS;
  refuseTooManyFalseAlarms(drift, given, paneMs);
  refuseRestlessAlerts(drift, given);
  const entries = Object.entries(given).filter(([, value]) => value !== undefined);
  return {
    settings: {
      ...(Object.fromEntries(entries) as DriftPackageOptions),
      panes: drift.integer('panes', { min: 2, max: 1440 }) ?? DEFAULT_PANES,
    },
    evaluationIntervalMs:
      drift.integer('evaluationIntervalMs', intervalRange) ??
      Math.min(DEFAULT_EVALUATION_INTERVAL_MS, Math.max(intervalRange.min, Math.floor(paneMs))),
  };
}

/** @throws ConfigurationError where it is no function */
export function resolveDriftCallback(options: OptionReader): ((alert: DriftAlert) => void) | undefined {
  const drift = options.part('drift');
  const callback = drift.value('onDriftAlert');
  if (callback === undefined || typeof callback === 'function') {
    return callback as ((alert: DriftAlert) => void) | undefined;
  }
  return drift.refuse('onDriftAlert', 'must be a function');
}

/** What of a reference is learned: how many of the first inferences. */
export function resolveWarmUp(model: OptionReader): Readonly<Record<string, unknown>> | undefined {
  const reference = model.section('reference');
  if (reference.value('warmUp') === undefined) {
    return undefined;
  }
  const warmUp = reference.section('warmUp');
  const samples = warmUp.value('samples');
  const range = { min: 100, max: 100_000 };
  if (!isIntegerIn(samples, range)) {
    return warmUp.refuse('samples', `must be an integer from ${range.min} to ${range.max}`);
  }
  return { warmUp: { samples } };
}

function number(reader: OptionReader, name: string, least: number, most: number): number | undefined {
  const value = reader.value(name);
  if (value === undefined || (typeof value === 'number' && value >= least && value <= most)) {
    return value;
  }
  return reader.refuse(name, `must be a number from ${least} to ${most}`);
}

function perType(drift: OptionReader, name: 'tolerance' | 'effectFloor' | 'clearBelow'): Given['tolerance'] {
  const value = drift.value(name);
  if (typeof value !== 'object') {
    return number(drift, name, 0, 10);
  }
  const each = drift.section(name);
  const entries = alertTypes.map((type) => [type, number(each, type, 0, 10)] as const);
  return Object.fromEntries(entries.filter(([, share]) => share !== undefined));
}

function divergence(drift: OptionReader): Given['divergence'] {
  if (typeof drift.value('divergence') !== 'object') {
    return drift.choice('divergence', divergences);
  }
  const each = drift.section('divergence');
  const chosen: { [type in ScoreType]?: (typeof divergences)[number] } = {};
  for (const type of scoreTypes) {
    // Classes have no order, which the others need.
    const choice = each.choice(type, type === 'distribution' ? unordered : divergences);
    if (choice !== undefined) {
      chosen[type] = choice;
    }
  }
  return chosen;
}

function refuseTooManyFalseAlarms(drift: OptionReader, given: Given, paneMs: number): void {
  const leastMs = LEAST_PANES_BETWEEN_FALSE_ALARMS * paneMs;
  if ((given.meanTimeBetweenFalseAlarmsMs ?? MONTH_MS) < leastMs) {
    drift.refuse(
      'meanTimeBetweenFalseAlarmsMs',
      `must be at least ${LEAST_PANES_BETWEEN_FALSE_ALARMS} times paneMinimumMs, ${leastMs}`,
    );
  }
}

/** An alert that clears above the size that raises it would never rest. */
function refuseRestlessAlerts(drift: OptionReader, given: Given): void {
  const of = (option: Given['tolerance'], type: (typeof alertTypes)[number]): number | undefined =>
    typeof option === 'object' ? option[type] : option;
  for (const type of alertTypes) {
    const floor = of(given.effectFloor, type) ?? DEFAULT_EFFECT_FLOOR;
    if ((of(given.clearBelow, type) ?? floor / 2) > floor) {
      drift.refuse('clearBelow', `must not be above effectFloor, ${floor} for ${type}`);
    }
  }
}

/** Names of the options of `drift`, with those of the objects in it. */
export const driftOptionNames: {
  readonly [
    path in 'drift' | 'drift.tolerance' | 'drift.effectFloor' | 'drift.clearBelow' | 'drift.divergence'
  ]: readonly string[];
} = {
  drift: [
    'paneMinimumMs',
    'paneMinimumEvents',
    'panes',
    'meanTimeBetweenFalseAlarmsMs',
    'tolerance',
    'effectFloor',
    'clearBelow',
    'clearAfterMs',
    'minimumSamples',
    'divergence',
    'evaluationIntervalMs',
    'onDriftAlert',
  ],
  'drift.tolerance': alertTypes,
  'drift.effectFloor': alertTypes,
  'drift.clearBelow': alertTypes,
  'drift.divergence': scoreTypes,
};
