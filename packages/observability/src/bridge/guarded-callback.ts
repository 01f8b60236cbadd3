import type { BridgeCore } from './bridge-core.ts';
import { describeError } from './bridge-warnings.ts';
import type { CollectionRound } from './collection-round.ts';
import { createObservations, type Observations } from './observations.ts';

/** An observable callback of the user's that can hang, throw and be late without harm to any other. */
export interface GuardedCallback {
  /**
   * Runs the callback and gives what it observed, at the latest at the deadline of the round. `undefined`: it threw, or
   * is not done yet. A run that is late is given to the next round, and there is never a second one beside it.
   */
  run(round: CollectionRound): Promise<Observations | undefined> | Observations | undefined;
}

/** A late answer older than this tells more about the past than about now; Prometheus forgets series after as long. */
const LATE_ANSWER_LIFETIME_MS = 300_000;

/**
 * @param name - the metrics of the callback, for warnings
 * @param invoke - calls the user's callback, which may return a promise
 */
export function createGuardedCallback(
  core: BridgeCore,
  name: string,
  invoke: (observations: Observations) => unknown,
): GuardedCallback {
  return new LateTolerantCallback(core, name, invoke);
}

class LateTolerantCallback implements GuardedCallback {
  readonly #core: BridgeCore;
  readonly #name: string;
  readonly #invoke: (observations: Observations) => unknown;
  #isRunning = false;
  #late: { readonly observations: Observations; readonly atMs: number } | undefined;

  constructor(core: BridgeCore, name: string, invoke: (observations: Observations) => unknown) {
    this.#core = core;
    this.#name = name;
    this.#invoke = invoke;
  }

  run(round: CollectionRound): Promise<Observations | undefined> | Observations | undefined {
    if (this.#isRunning) {
      return undefined;
    }
    const late = this.#takeLate();
    const observations = createObservations(this.#core);
    let answer: unknown;
    try {
      answer = this.#invoke(observations);
      if (!isThenable(answer)) {
        observations.close();
        return observations;
      }
    } catch (error) {
      this.#warn(error);
      return undefined;
    }
    return this.#awaitAnswer(answer, observations, round, late);
  }

  #awaitAnswer(
    answer: PromiseLike<unknown>,
    observations: Observations,
    round: CollectionRound,
    late: Observations | undefined,
  ): Promise<Observations | undefined> {
    this.#isRunning = true;
    let state: 'awaited' | 'answered' | 'late' = 'awaited';
    const finished = Promise.resolve(answer)
      .then(
        () => true,
        (error: unknown) => {
          this.#warn(error);
          return false;
        },
      )
      .then((isAnswered) => {
        this.#isRunning = false;
        observations.close();
        if (state === 'awaited') {
          state = 'answered';
        } else if (isAnswered) {
          this.#late = { observations, atMs: this.#core.clock() };
        }
        return isAnswered ? observations : undefined;
      });
    const expired = round.deadline.then(() => {
      if (state === 'answered') {
        return undefined;
      }
      state = 'late';
      if (late === undefined) {
        this.#core.warnings.warn(
          'callback',
          () =>
            `the observable callback of ${this.#name} has not answered in time; its metrics are missing until it does`,
        );
      }
      return late;
    });
    return Promise.race([finished, expired]);
  }

  #takeLate(): Observations | undefined {
    const late = this.#late;
    this.#late = undefined;
    return late !== undefined && this.#core.clock() - late.atMs <= LATE_ANSWER_LIFETIME_MS
      ? late.observations
      : undefined;
  }

  #warn(error: unknown): void {
    this.#core.warnings.warn(
      'callback',
      () => `the observable callback of ${this.#name} failed: ${describeError(error)}`,
    );
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
