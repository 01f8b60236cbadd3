import type { DetectorState } from '../detector/shiryaev-roberts.ts';
import { totalOf } from '../divergences/smoothed-shares.ts';
import { logAdd } from '../mathematics/log-sum.ts';
import { estimatedAccuracy } from '../performance/estimated-accuracy.ts';
import { shortHash, type ReferenceProfile } from '../reference/reference-profile.ts';
import { ALERT_TYPES, type AlertType } from './alert-type.ts';
import { binContributions } from './bin-contributions.ts';
import { createCountLayout, type CountLayout } from './count-layout.ts';
import type { DriftAlert } from './drift-alert.ts';
import type { DriftSettings } from './drift-options.ts';
import type { ModelDrift, SignalDrift } from './model-drift.ts';
import { ModelState, stateLength } from './model-state.ts';
import { watchedSignals, type WatchedSignal } from './watched-signal.ts';

/** A pane weighs its duration, but no more than this many of the shortest: a clock may jump, a laptop may sleep. */
const MOST_PANE_WEIGHT = 60;
/** A score is stale when no pane has closed for an hour, or ten times what panes usually take. */
const STALE_AFTER_MS = 3_600_000;
const STALE_AFTER_PANES = 10;
/**
 * No score against fewer. Of 100 samples in 20 bins the index spreads by 0.07 by chance alone, and below, smoothing shows
 * where nothing has changed: with three rows of a constant column the corrected index is above 1.
 */
const LEAST_REFERENCE_SAMPLES = 100;
const CONTRIBUTIONS_TOLD = 5;

/**
 * Judges one model by its cumulative counts. Each `update` closes one pane at most, so that its work has a bound: of each
 * signal the latest panes are added up, and evidence is computed from 27 of them.
 */
export class ModelMonitor {
  readonly reference: ReferenceProfile;
  readonly layout: CountLayout;
  readonly #settings: DriftSettings;
  readonly #state: ModelState;
  readonly #signals: readonly WatchedSignal[];
  readonly #detected: (DetectorState | undefined)[];
  readonly #pane: Float64Array;
  readonly #sums: readonly Float64Array[];
  readonly #logThreshold: number;

  /** @param state numbers to keep what is remembered in; default: a new array. What is in it is gone on with. */
  constructor(reference: ReferenceProfile, settings: DriftSettings, state?: Float64Array) {
    this.reference = reference;
    this.layout = createCountLayout(reference);
    this.#settings = settings;
    const length = stateLength(this.layout, settings.panes);
    const numbers = state?.length === length ? state : new Float64Array(length);
    this.#state = new ModelState(numbers, reference, this.layout, settings);
    this.#signals = watchedSignals(reference, this.layout, settings);
    this.#detected = this.#signals.map(() => undefined);
    this.#pane = new Float64Array(this.layout.length);
    this.#sums = this.#signals.map((signal) => new Float64Array(signal.length));
    this.#logThreshold = Math.log(settings.panesBetweenFalseAlarms * Math.max(1, this.#signals.length));
    if (this.#state.ring.total > 0) {
      this.#detect();
    }
  }

  /** Takes over how many alerts were raised under an earlier reference: their counter must not go down. */
  continueAlerts(alerts: ModelDrift['alerts']): void {
    for (const type of ALERT_TYPES) {
      this.#state.countAlert(type, Math.max(0, alerts[type] - this.#state.alerts(type)));
    }
  }

  /**
   * @param counts cumulative, in the order of the layout; where one is lower than before all count as begun anew
   * @param nowMs milliseconds since 1970; may jump
   * @returns alerts that this raised
   */
  update(counts: ArrayLike<number>, nowMs: number): DriftAlert[] {
    const state = this.#state;
    if (counts.length !== this.layout.length || !Number.isFinite(nowMs)) {
      return [];
    }
    const { openedMs, counted } = state;
    state.lastEvaluationMs = nowMs;
    let went = openedMs > 0;
    for (let index = 0; index < counts.length; index += 1) {
      const more = counts[index]! - counted[index]!;
      // Also where it is NaN.
      went = went && more >= 0;
      this.#pane[index] = more;
    }
    if (!went) {
      // The first counts, or those of a recorder that began anew: there is no telling how many came since.
      state.beginWriting();
      counted.set(counts);
      state.openedMs = nowMs;
      state.endWriting();
      return [];
    }
    const elapsedMs = nowMs - openedMs;
    if (elapsedMs < 0) {
      state.openedMs = nowMs;
      return [];
    }
    const { paneMinimumMs, paneMinimumEvents } = this.#settings;
    if (elapsedMs < paneMinimumMs || this.#paneEvents() < paneMinimumEvents) {
      return [];
    }
    state.beginWriting();
    state.ring.push(openedMs, nowMs, Math.min(MOST_PANE_WEIGHT, elapsedMs / paneMinimumMs), this.#pane);
    counted.set(counts);
    state.openedMs = nowMs;
    this.#detect();
    this.#clear(nowMs);
    const alerts = this.reference.origin === 'warm-up' ? [] : this.#raise(nowMs);
    state.endWriting();
    return alerts;
  }

  /**
   * How the model stands, by the panes that are closed.
   *
   * @param contributions of which signals they are wanted: they are most of the work
   */
  drift(nowMs: number, contributions: 'all' | 'classes' = 'all'): ModelDrift {
    const { reference } = this;
    const { ring, lastEvaluationMs } = this.#state;
    return {
      modelType: reference.modelType,
      modelVersion: reference.modelVersion,
      reference: shortHash(reference),
      isWarmUp: reference.origin === 'warm-up',
      lastEvaluationMs: lastEvaluationMs === 0 ? undefined : lastEvaluationMs,
      panes: ring.total - ring.first,
      signals: this.#signals.map((_, index) => this.#signalDrift(index, nowMs, contributions)),
      estimatedAccuracy: this.#estimatedAccuracy(nowMs),
      alerts: Object.fromEntries(ALERT_TYPES.map((type) => [type, this.#state.alerts(type)])) as {
        [type in AlertType]: number;
      },
    };
  }

  /** Alerts that last, in the order in which their changes began. */
  activeAlerts(nowMs: number): DriftAlert[] {
    return [...this.#signals.keys()]
      .filter((index) => this.#state.isActive(index) && this.#detected[index] !== undefined)
      .sort((a, b) => this.#detected[a]!.changePane - this.#detected[b]!.changePane)
      .map((index) => this.#alert(index, nowMs));
  }

  /** A pane is as full as its fullest signal: labels may come without predictions and the other way round. */
  #paneEvents(): number {
    let most = 0;
    for (const { offset, length } of this.#signals) {
      let events = 0;
      for (let index = offset; index < offset + length; index += 1) {
        events += this.#pane[index]!;
      }
      most = Math.max(most, events);
    }
    return most;
  }

  #detect(): void {
    for (const [index, signal] of this.#signals.entries()) {
      this.#detected[index] = signal.detect(this.#state.ring, this.#state.firstPane(index));
    }
  }

  /**
   * Alerts of the signals whose evidence together is enough. The mean of the signals' statistics keeps the rate of false
   * alarms for the model as a whole, however much the signals depend on each other (V. Vovk and R. Wang, "E-values:
   * calibration, combination and applications", Annals of Statistics 49, 2021).
   */
  #raise(nowMs: number): DriftAlert[] {
    const candidates = this.#signals
      .map((signal, index) => ({ signal, index, detected: this.#detected[index]! }))
      .filter(({ signal, index, detected }) => {
        const isLarge = (): boolean =>
          signal.effect(this.#sumSince(index, detected.changePane)) >= this.#settings.effectFloor[signal.alertType];
        // Evidence that is nothing beside the threshold has no say, whatever its effect.
        return !this.#state.isActive(index) && detected.logEvidence > 0 && isLarge();
      })
      .sort((a, b) => b.detected.logEvidence - a.detected.logEvidence);
    const alerts: DriftAlert[] = [];
    while (candidates.length > 0) {
      const together = candidates.reduce((sum, { detected }) => logAdd(sum, detected.logEvidence), -Infinity);
      if (together < this.#logThreshold) {
        break;
      }
      const { index } = candidates.shift()!;
      alerts.push(this.#alert(index, nowMs));
      this.#state.setActive(index, true);
      this.#state.countAlert(this.#signals[index]!.alertType);
    }
    return alerts;
  }

  #alert(index: number, nowMs: number): DriftAlert {
    const signal = this.#signals[index]!;
    const { logEvidence, changePane } = this.#detected[index]!;
    const { ring } = this.#state;
    const live = this.#sumSince(index, changePane);
    const contributions = binContributions(signal.labels, signal.referenceCounts, live);
    return {
      modelType: this.reference.modelType,
      modelVersion: this.reference.modelVersion,
      reference: shortHash(this.reference),
      alertType: signal.alertType,
      feature: signal.feature,
      score: signal.effect(live),
      logEvidence,
      logThreshold: this.#logThreshold,
      window: {
        startMs: ring.startMs(changePane),
        endMs: ring.endMs(ring.total - 1),
        samples: totalOf(live),
        panes: ring.total - changePane,
      },
      contributions: contributions.sort((a, b) => b.contribution - a.contribution).slice(0, CONTRIBUTIONS_TOLD),
      raisedMs: nowMs,
    };
  }

  /** Ends alerts whose change has been small for long enough, as the latest samples tell. */
  #clear(nowMs: number): void {
    const state = this.#state;
    for (const index of this.#signals.keys()) {
      if (!state.isActive(index)) {
        continue;
      }
      const since = state.smallSinceMs(index);
      const isQuiet = since > 0 && since <= nowMs;
      if (!this.#isSmall(index, isQuiet ? since : nowMs)) {
        state.setSmallSince(index, 0);
        continue;
      }
      if (!isQuiet) {
        state.setSmallSince(index, nowMs);
      }
      if (nowMs - state.smallSinceMs(index) >= this.#settings.clearAfterMs) {
        state.setActive(index, false);
        state.setFirstPane(index, state.ring.total);
        this.#detected[index] = { logEvidence: -Infinity, changePane: state.ring.total - 1 };
      }
    }
  }

  /** Counts of a signal from a pane on; a view that the next call for the signal overwrites. */
  #sumSince(index: number, pane: number): Float64Array {
    const sum = this.#sums[index]!;
    sum.fill(0);
    this.#state.ring.addTo(sum, pane, this.#signals[index]!.offset);
    return sum;
  }

  /**
   * Whether a change has been small since then: below `clearBelow` over all that came since, so that chance does not begin
   * the hour anew, and below `effectFloor` in the latest samples, so that what comes back is not hidden by what was quiet.
   */
  #isSmall(index: number, sinceMs: number): boolean {
    const signal = this.#signals[index]!;
    const { effectFloor, clearBelow } = this.#settings;
    const latest = this.#latestSum(index, Infinity);
    if (latest === undefined || !(signal.effect(latest) < effectFloor[signal.alertType])) {
      return false;
    }
    return signal.effect(this.#latestSum(index, sinceMs)!) < clearBelow[signal.alertType];
  }

  /** Counts since then, or of the latest panes with enough samples; undefined where all do not have enough. */
  #latestSum(index: number, sinceMs: number): Float64Array | undefined {
    const { ring } = this.#state;
    const { offset, length } = this.#signals[index]!;
    let samples = 0;
    let pane = ring.total;
    while (pane > ring.first && (samples < this.#settings.minimumSamples || ring.startMs(pane - 1) >= sinceMs)) {
      pane -= 1;
      const at = ring.countsAt(pane) + offset;
      samples += totalOf(ring.numbers.subarray(at, at + length));
    }
    return samples < this.#settings.minimumSamples ? undefined : this.#sumSince(index, pane);
  }

  #isStale(nowMs: number): boolean {
    const { ring } = this.#state;
    if (ring.total === 0) {
      return true;
    }
    const endMs = ring.endMs(ring.total - 1);
    const usualMs = (endMs - ring.startMs(ring.first)) / (ring.total - ring.first);
    return nowMs - endMs > Math.max(STALE_AFTER_MS, STALE_AFTER_PANES * usualMs);
  }

  #signalDrift(index: number, nowMs: number, contributions: 'all' | 'classes'): SignalDrift {
    const signal = this.#signals[index]!;
    const live = this.#sumSince(index, 0);
    const windowSamples = totalOf(live);
    const referenceSamples = totalOf(signal.referenceCounts);
    const hasScore =
      windowSamples >= this.#settings.minimumSamples &&
      referenceSamples >= LEAST_REFERENCE_SAMPLES &&
      !this.#isStale(nowMs);
    const logEvidence = this.#detected[index]?.logEvidence ?? -Infinity;
    return {
      signal: signal.key,
      alertType: signal.alertType,
      feature: signal.feature,
      windowSamples,
      referenceSamples,
      score: hasScore ? signal.score(live) : undefined,
      logEvidence: Number.isFinite(logEvidence) ? logEvidence : undefined,
      logThreshold: this.#logThreshold,
      isAlertActive: this.#state.isActive(index),
      contributions:
        hasScore &&
        (signal.alertType === 'distribution' || (contributions === 'all' && signal.alertType !== 'performance'))
          ? binContributions(signal.labels, signal.referenceCounts, live)
          : undefined,
    };
  }

  #estimatedAccuracy(nowMs: number): ModelDrift['estimatedAccuracy'] {
    const { calibration } = this.reference;
    const index = this.#signals.findIndex((signal) => signal.alertType === 'confidence');
    if (calibration === undefined || index === -1 || this.#isStale(nowMs)) {
      return undefined;
    }
    const live = this.#sumSince(index, 0).subarray(0, calibration.accuracy.length);
    return totalOf(live) < this.#settings.minimumSamples ? undefined : estimatedAccuracy(calibration, live);
  }
}
