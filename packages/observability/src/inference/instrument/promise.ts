import { util } from '../../node-builtins.ts';
import { intercept } from './interception.ts';
import type { Observation } from './observation.ts';

/**
 * Whether `value` is a promise as the language makes them, of whichever realm: `await` takes the state of these without
 * asking for their `then`. An instance of a subclass, and what has a `then` of its own, is asked.
 */
export function isPlainPromise(value: object): value is Promise<unknown> {
  if (!util.types.isPromise(value) || Object.hasOwn(value, 'then') || Object.hasOwn(value, 'constructor')) {
    return false;
  }
  // Promise.prototype, Object.prototype, null: one prototype more would be a subclass.
  const promisePrototype: unknown = Object.getPrototypeOf(value);
  const objectPrototype: unknown = promisePrototype === null ? null : Object.getPrototypeOf(promisePrototype);
  return objectPrototype !== null && Object.getPrototypeOf(objectPrototype) === null;
}

/**
 * A promise to give to the caller in place of `promise`, settled like it after the callbacks ran. That an error goes
 * unhandled stays the caller's affair and is reported once: listening beside the caller would silence the report, and
 * throwing again beside the caller would double it.
 */
export function derive(
  promise: Promise<unknown>,
  onValue: (value: unknown) => unknown,
  onError: (error: unknown) => void,
): Promise<unknown> {
  const derived = promise.then(onValue, (error: unknown) => {
    onError(error);
    throw error;
  });
  // Some clients hang methods on the promise that they return: ky its `json()`, others a `cancel()`.
  for (const name of Object.getOwnPropertyNames(promise)) {
    void Object.defineProperty(derived, name, Object.getOwnPropertyDescriptor(promise, name)!);
  }
  return derived;
}

/**
 * Watches a thenable that is not ours to start (a query runs when its `then` is called) nor to replace (it has methods
 * of its own): hears what the caller's own `then`, and with it `await`, is told.
 *
 * @param follow what the caller gets in place of a value that came
 */
export function interceptThen(
  target: object,
  observation: Observation,
  follow: (value: unknown, observation: Observation) => unknown,
): boolean {
  return intercept(
    target,
    'then',
    (original) =>
      function then(this: unknown, onValue: unknown, onError: unknown, ...others: unknown[]): unknown {
        const value = (result: unknown): unknown => {
          const given = follow(result, observation);
          return typeof onValue === 'function' ? (onValue as (value: unknown) => unknown)(given) : given;
        };
        const failed = (error: unknown): unknown => {
          observation.fail(error);
          if (typeof onError === 'function') {
            return (onError as (error: unknown) => unknown)(error);
          }
          throw error;
        };
        return Reflect.apply(original, this, [value, failed, ...others]);
      },
  );
}
