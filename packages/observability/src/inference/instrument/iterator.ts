import { defineMethod, intercept, type Method, methodOf } from './interception.ts';
import { type Observation, watch } from './observation.ts';
import { derive, isPlainPromise } from './promise.ts';

type Kind = typeof Symbol.iterator | typeof Symbol.asyncIterator;

/**
 * How `value` is iterated, if it gives its items over time: async iterables do, and of the sync ones those that are
 * iterators (an array or a map is there at once, and a result like any other).
 */
export function iterationOf(value: object): Kind | undefined {
  if (methodOf(value, Symbol.asyncIterator) !== undefined) {
    return Symbol.asyncIterator;
  }
  const iterates = methodOf(value, Symbol.iterator) !== undefined && methodOf(value, 'next') !== undefined;
  return iterates ? Symbol.iterator : undefined;
}

/** Watches an iterable, an iterator, or what is both, as generators are. */
export function interceptIteration(target: object, kind: Kind, observation: Observation): boolean {
  const isIterator = methodOf(target, 'next') !== undefined;
  if (isIterator && !interceptIterator(target, kind, observation)) {
    return false;
  }
  const installed = intercept(
    target,
    kind,
    (original) =>
      function iterate(this: unknown, ...values: unknown[]): unknown {
        const iterator = attempt(observation, original, this, values);
        if (typeof iterator === 'object' && iterator !== null && iterator !== target) {
          watch(iterator, observation, (watcher) => interceptIterator(iterator, kind, watcher));
        }
        return iterator;
      },
  );
  return installed || isIterator;
}

/** Watches what is taken from an iterator: `next`, an early `return`, and errors that come out or are thrown in. */
export function interceptIterator(iterator: object, kind: Kind, observation: Observation): boolean {
  const isAsync = kind === Symbol.asyncIterator;
  const taking =
    (see: (observation: Observation, step: unknown) => void) =>
    (original: Method): Method =>
      function take(this: unknown, ...values: unknown[]): unknown {
        const step = attempt(observation, original, this, values);
        const seen = (result: unknown): unknown => {
          see(observation, result);
          return result;
        };
        if (!isAsync || typeof step !== 'object' || step === null) {
          return seen(step);
        }
        const promise = isPlainPromise(step) ? step : Promise.resolve(step);
        return derive(promise, seen, (error) => observation.fail(error));
      };
  if (!intercept(iterator, 'next', taking(seeStep))) {
    return false;
  }
  intercept(iterator, 'throw', taking(seeStep));
  if (!intercept(iterator, 'return', taking(seeReturn))) {
    // A loop that is left early tells only iterators that have a `return`; this one says what having none says.
    defineMethod(iterator, 'return', (value) => {
      observation.finish();
      const end = { done: true, value };
      return isAsync ? Promise.resolve(end) : end;
    });
  }
  return true;
}

function attempt(observation: Observation, method: Method, self: unknown, values: unknown[]): unknown {
  try {
    return Reflect.apply(method, self, values);
  } catch (error) {
    observation.fail(error);
    throw error;
  }
}

function seeStep(observation: Observation, step: unknown): void {
  const done = property(step, 'done');
  if (done) {
    observation.finish();
  } else if (observation.wantsItems) {
    observation.item(property(step, 'value'));
  }
}

/** A generator that yields in its `finally` answers a `return` with one item more: only then it is not over. */
function seeReturn(observation: Observation, step: unknown): void {
  if (property(step, 'done') === false) {
    seeStep(observation, step);
  } else {
    observation.finish();
  }
}

function property(step: unknown, name: 'done' | 'value'): unknown {
  try {
    return typeof step === 'object' && step !== null ? Reflect.get(step, name) : undefined;
  } catch {
    return undefined;
  }
}
