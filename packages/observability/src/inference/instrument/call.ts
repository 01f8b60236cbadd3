import { util } from '../../node-builtins.ts';
import { failureCode } from '../failure-code.ts';
import type { InferenceTimer } from '../inference-types.ts';
import type { ExtractedOutcome, InstrumentOptions } from './options.ts';
import { ABORTED, abortAmong } from './abort.ts';
import type { Observation } from './observation.ts';
import { type OnceAMinute } from '../../diagnostics/once-a-minute.ts';
import { warnSafely } from '../../diagnostics/warn-safely.ts';

/** One call of an instrumented function: brings what is observed of its result to its timer. */
export function observeCall(
  timer: InferenceTimer,
  modelType: string,
  options: InstrumentOptions,
  args: readonly unknown[],
  warnings: OnceAMinute,
): Observation {
  return new InstrumentedCall(timer, modelType, options, args, warnings);
}

/**
 * Ends the inferences whose result nobody can receive any more. It holds only the timer: an argument may be the very
 * object that is to be collected.
 */
const dropped = new FinalizationRegistry<InferenceTimer>((timer) => timer.fail(ABORTED));

class InstrumentedCall implements Observation {
  readonly wantsItems: boolean;
  readonly #timer: InferenceTimer;
  readonly #modelType: string;
  readonly #options: InstrumentOptions;
  readonly #warnings: OnceAMinute;
  #args: readonly unknown[];
  #settled = false;
  #held = false;
  #hasItem = false;
  #lastItem: unknown;

  constructor(
    timer: InferenceTimer,
    modelType: string,
    options: InstrumentOptions,
    args: readonly unknown[],
    warnings: OnceAMinute,
  ) {
    this.#timer = timer;
    this.#modelType = modelType;
    this.#options = options;
    this.#args = args;
    this.#warnings = warnings;
    this.wantsItems = options.extract !== undefined;
  }

  succeed(result: unknown): void {
    if (this.#settled) {
      return;
    }
    const { extract } = this.#options;
    const outcome = extract === undefined ? undefined : this.#outcome('extract', extract, result);
    this.#settle(isFailure(outcome), outcome, undefined);
  }

  item(item: unknown): void {
    if (this.wantsItems && !this.#settled) {
      this.#hasItem = true;
      this.#lastItem = item;
    }
  }

  finish(): void {
    if (this.#hasItem) {
      this.succeed(this.#lastItem);
    } else if (!this.#settled) {
      this.#settle(false, undefined, undefined);
    }
  }

  fail(error: unknown): void {
    if (this.#settled) {
      return;
    }
    const { extractError } = this.#options;
    const outcome = extractError === undefined ? undefined : this.#outcome('extractError', extractError, error);
    this.#settle(!isSuccess(outcome), outcome, abortAmong(this.#args, error));
  }

  heldBy(holder: object): void {
    if (this.#settled) {
      return;
    }
    this.#release();
    dropped.register(holder, this.#timer, this);
    this.#held = true;
  }

  #settle(failed: boolean, outcome: ExtractedOutcome | undefined, error: unknown): void {
    this.#settled = true;
    this.#release();
    // A stream that is over may live on, and need not keep these alive.
    this.#args = [];
    this.#lastItem = undefined;
    if (failed) {
      const errorCode = codeOf(outcome);
      this.#timer.fail(errorCode === undefined ? error : { code: errorCode }, outcome);
    } else {
      this.#timer.end(outcome);
    }
  }

  #release(): void {
    if (this.#held) {
      dropped.unregister(this);
      this.#held = false;
    }
  }

  #outcome(
    name: 'extract' | 'extractError',
    extractor: NonNullable<InstrumentOptions['extract']>,
    subject: unknown,
  ): ExtractedOutcome | undefined {
    try {
      const outcome: unknown = extractor(subject, this.#args);
      if (outcome === undefined || outcome === null) {
        return undefined;
      }
      if (util.types.isPromise(outcome)) {
        // Nobody waits for it, so nobody else would handle its rejection.
        void Promise.prototype.then.call(outcome, undefined, () => {});
        this.#warn(`${name} returned a promise`, 'it must be synchronous');
        return undefined;
      }
      if (typeof outcome !== 'object') {
        this.#warn(`${name} returned no object`, `it returned a ${typeof outcome}`);
        return undefined;
      }
      return outcome;
    } catch (error) {
      // The message stays unsaid, for it may quote the model's input.
      this.#warn(`${name} threw`, failureCode(error));
      return undefined;
    }
  }

  #warn(cause: string, detail: string): void {
    if (this.#warnings.allows(cause)) {
      warnSafely(`inferometer: the ${cause} (${detail}); inferences of "${this.#modelType}" are recorded without it.`);
    }
  }
}

function isFailure(outcome: ExtractedOutcome | undefined): boolean {
  const success = read(outcome, 'success');
  return success === false || (success !== true && codeOf(outcome) !== undefined);
}

function isSuccess(outcome: ExtractedOutcome | undefined): boolean {
  return read(outcome, 'success') === true;
}

/** Neither '' nor 0 is a code of an error: a status that means all is well is often handed on as it is. */
function codeOf(outcome: ExtractedOutcome | undefined): string | number | undefined {
  const code = read(outcome, 'errorCode');
  return (typeof code === 'string' || typeof code === 'number') && code !== '' && code !== 0 ? code : undefined;
}

function read(outcome: ExtractedOutcome | undefined, field: 'success' | 'errorCode'): unknown {
  try {
    return outcome?.[field];
  } catch {
    return undefined;
  }
}
