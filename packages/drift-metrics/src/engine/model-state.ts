import { PaneRing } from '../detector/pane-ring.ts';
import type { ReferenceProfile } from '../reference/reference-profile.ts';
import type { CountLayout } from './count-layout.ts';
import { ALERT_TYPES, type AlertType } from './alert-type.ts';
import type { DriftSettings } from './drift-options.ts';

/** Changes with the meaning of any number below, so that a state of another version is not misread. */
const FORMAT = 1;
const HEADER = 7;
/** Numbers of each signal: whether its alert is active, since when it is small again, its first pane. */
const SIGNAL_NUMBERS = 3;

/** Where in a state the alerts that were ever raised are counted, one number for each type in the order of `ALERT_TYPES`. */
export const ALERT_COUNTS_AT: number = HEADER;

/**
 * Numbers that the state of a model takes.
 *
 * @param panes as in `DriftOptions`
 */
export function stateLength(layout: CountLayout, panes: number): number {
  const signals = layout.signals.length + 1;
  const beforeRing = HEADER + ALERT_TYPES.length + signals * SIGNAL_NUMBERS + layout.length;
  return beforeRing + PaneRing.lengthFor(panes, layout.length);
}

/**
 * All that is remembered of one model, as numbers in one array that its owner keeps: panes, alerts and what was counted
 * already. In shared memory it survives the thread that evaluates; as a list of numbers it can be stored.
 *
 * Writing is fenced by a sequence number, odd while a pane is closed: a state that was left in the middle is begun anew,
 * but for the number of alerts, since counters never go down.
 */
export class ModelState {
  readonly ring: PaneRing;
  readonly #numbers: Float64Array;
  readonly #signalsAt: number;
  readonly #countedAt: number;
  readonly #width: number;

  constructor(numbers: Float64Array, reference: ReferenceProfile, layout: CountLayout, settings: DriftSettings) {
    this.#numbers = numbers;
    this.#width = layout.length;
    this.#signalsAt = HEADER + ALERT_TYPES.length;
    this.#countedAt = this.#signalsAt + (layout.signals.length + 1) * SIGNAL_NUMBERS;
    this.ring = new PaneRing(numbers, this.#countedAt + layout.length, settings.panes, layout.length);
    const tags = [FORMAT, referenceTag(reference), numbers.length, settings.panes];
    // Alerts have the same place in every state of this format: they are kept whatever else has changed.
    const isOurs = tags.every((tag, index) => numbers[index] === tag);
    if (!isOurs || numbers[4]! % 2 === 1) {
      numbers.fill(0, 0, numbers[0] === FORMAT ? HEADER : this.#signalsAt);
      numbers.fill(0, this.#signalsAt);
      numbers.set(tags);
    }
  }

  beginWriting(): void {
    this.#numbers[4]! += 1;
  }

  endWriting(): void {
    this.#numbers[4]! += 1;
  }

  /** When the open pane began; 0 where nothing was counted yet. */
  get openedMs(): number {
    return this.#numbers[5]!;
  }

  set openedMs(time: number) {
    this.#numbers[5] = time;
  }

  /** 0 before the first evaluation. */
  get lastEvaluationMs(): number {
    return this.#numbers[6]!;
  }

  set lastEvaluationMs(time: number) {
    this.#numbers[6] = time;
  }

  /** Alerts that were ever raised. */
  alerts(type: AlertType): number {
    return this.#numbers[HEADER + ALERT_TYPES.indexOf(type)]!;
  }

  countAlert(type: AlertType, alerts = 1): void {
    this.#numbers[HEADER + ALERT_TYPES.indexOf(type)]! += alerts;
  }

  isActive(signal: number): boolean {
    return this.#numbers[this.#signalsAt + signal * SIGNAL_NUMBERS] === 1;
  }

  /** Since when an active alert's change is small again; 0 where it is not. */
  smallSinceMs(signal: number): number {
    return this.#numbers[this.#signalsAt + signal * SIGNAL_NUMBERS + 1]!;
  }

  setSmallSince(signal: number, time: number): void {
    this.#numbers[this.#signalsAt + signal * SIGNAL_NUMBERS + 1] = time;
  }

  setActive(signal: number, isActive: boolean): void {
    this.#numbers[this.#signalsAt + signal * SIGNAL_NUMBERS] = isActive ? 1 : 0;
    this.setSmallSince(signal, 0);
  }

  /** The first pane with which a change is sought. */
  firstPane(signal: number): number {
    return this.#numbers[this.#signalsAt + signal * SIGNAL_NUMBERS + 2]!;
  }

  setFirstPane(signal: number, pane: number): void {
    this.#numbers[this.#signalsAt + signal * SIGNAL_NUMBERS + 2] = pane;
  }

  /** Cumulative counts when the latest pane closed, as a view. */
  get counted(): Float64Array {
    return this.#numbers.subarray(this.#countedAt, this.#countedAt + this.#width);
  }
}

/** 48 bits of the hash: as much of it as a number holds exactly. */
function referenceTag(reference: ReferenceProfile): number {
  return Number.parseInt(reference.hash.slice(0, 12), 16);
}
