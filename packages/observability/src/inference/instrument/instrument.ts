import { closestName } from '../../options/closest-name.ts';
import { performance } from 'node:perf_hooks';
import type { TimerSource } from '../inference-types.ts';
import { observeCall } from './call.ts';
import type { AnyFunction, ExtractedResult, InstrumentOptions } from './options.ts';
import { follow } from './result.ts';
import { createOnceAMinute, type OnceAMinute } from '../../diagnostics/once-a-minute.ts';

/**
 * Makes of `fn` a function of the same type that records each call as an inference of `modelType`. `this`, arguments,
 * return value and errors pass through untouched, and so do the name and the properties of `fn`.
 *
 * The time of an inference ends when its result is complete: for a promise when it is settled; for a generator, an
 * async iterable, a Node or a web stream when it was read to its end, failed, or was left early (which counts as
 * success). What is dropped before, and collected as garbage, fails as `aborted`.
 *
 * - A promise is answered by one derived from it; all other objects stay the same object, with methods of their own put
 *   over those that tell of their fate. A query that starts by `then` is not started by this.
 * - An object without a way to follow it, as a `Response`, is a result like any other. Where work goes on behind it, use
 *   `startInference`.
 * - What Node reads inside itself, as `Readable.fromWeb` does, is timed, but its items are not seen by `extract`.
 * - A frozen thenable or iterator cannot be followed: its time ends when the function returns.
 *
 * @param modelType the label `model_type`
 * @throws TypeError where `fn` or an extractor is not a function
 * @example
 * const predict = observability.instrument('document', predictDocument, {
 *   extract: (result) => ({ confidence: result.score, predictedClass: result.label }),
 * });
 */
export type Instrument = <Fn extends AnyFunction>(
  modelType: string,
  fn: Fn,
  options?: InstrumentOptions<Parameters<Fn>, ExtractedResult<ReturnType<Fn>>>,
) => Fn;

/** @param warnings limits what is said about broken extractors; give one to share or to control its clock */
export function createInstrument(
  source: TimerSource,
  warnings: OnceAMinute = createOnceAMinute(() => performance.now()),
): Instrument {
  return (modelType, fn, options = {}) => {
    checkFunction('fn', fn);
    checkNames(options);
    checkFunction('options.extract', options.extract ?? fn);
    checkFunction('options.extractError', options.extractError ?? fn);
    const { startOptions } = options;
    // The options are typed by the function; what runs them knows neither type.
    const extractors = options as InstrumentOptions;
    const call = (target: AnyFunction, self: unknown, args: unknown[]): unknown => {
      const timer = source.startInference(modelType, startOptions);
      const observation = observeCall(timer, modelType, extractors, args, warnings);
      let result: unknown;
      try {
        result = Reflect.apply(target, self, args);
      } catch (error) {
        observation.fail(error);
        throw error;
      }
      return follow(result, observation);
    };
    // A proxy is all that the function is: its name, its length, its properties now and later.
    return new Proxy<typeof fn>(fn, { apply: call });
  };
}

const OPTION_NAMES = ['extract', 'extractError', 'startOptions'];

function checkNames(options: object): void {
  for (const name of Object.keys(options)) {
    if (!OPTION_NAMES.includes(name)) {
      const closest = closestName(name, OPTION_NAMES);
      const hint = closest === undefined ? `allowed are ${OPTION_NAMES.join(', ')}` : `did you mean ${closest}?`;
      throw new TypeError(`instrument: there is no option ${name}; ${hint}`);
    }
  }
}

function checkFunction(name: string, value: unknown): void {
  if (typeof value !== 'function') {
    throw new TypeError(`instrument: ${name} must be a function, received ${value === null ? 'null' : typeof value}.`);
  }
}
