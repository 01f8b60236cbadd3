import { interceptIteration, iterationOf } from './iterator.ts';
import { isNodeReadable, listenToEnd, tapItems, tellIfOver } from './node-stream.ts';
import { type Observation, watch } from './observation.ts';
import { derive, interceptThen, isPlainPromise } from './promise.ts';
import { interceptWebStream, isWebReadable } from './web-stream.ts';
import { methodOf } from './interception.ts';

/**
 * Follows what a function returned until it is complete: a promise until it is settled, and what it gives in turn; an
 * iterator or a stream until it is read, failed, left or dropped. All else is complete as it is.
 *
 * @returns what the caller gets: `result` itself, but for plain promises one derived from it
 */
export function follow(result: unknown, observation: Observation): unknown {
  if ((typeof result !== 'object' && typeof result !== 'function') || result === null) {
    observation.succeed(result);
    return result;
  }
  try {
    return followObject(result, observation);
  } catch {
    // A proxy that answers with an error when it is asked what it is.
    observation.succeed(result);
    return result;
  }
}

function followObject(result: object, observation: Observation): unknown {
  if (isPlainPromise(result)) {
    observation.heldBy(result);
    return derive(
      result,
      (value) => follow(value, observation),
      (error) => observation.fail(error),
    );
  }
  const over = time(result);
  if (over === undefined) {
    observation.succeed(result);
  } else if (isNodeReadable(result) && tellIfOver(result, observation)) {
    return result;
  } else {
    const all = watch(result, observation, over);
    if (all === undefined) {
      // A frozen object cannot be watched: what is known is that the function has returned.
      observation.finish();
      return result;
    }
    observation.heldBy(result);
    if (observation.wantsItems && isNodeReadable(result)) {
      tapItems(result, all);
    }
  }
  return result;
}

/** How to watch an object that is complete only in time; undefined for one that is complete now. */
function time(result: object): ((observation: Observation) => boolean) | undefined {
  if (isNodeReadable(result)) {
    return (observation) => listenToEnd(result, observation);
  }
  if (isWebReadable(result)) {
    return (observation) => interceptWebStream(result, observation);
  }
  const isThenable = methodOf(result, 'then') !== undefined;
  const iteration = typeof result === 'object' ? iterationOf(result) : undefined;
  if (!isThenable && iteration === undefined) {
    return undefined;
  }
  return (observation) => {
    // A database's query is both: who awaits it gets all rows, who iterates gets them one by one.
    const hearsThen = isThenable && interceptThen(result, observation, follow);
    const hearsItems = iteration !== undefined && interceptIteration(result, iteration, observation);
    return hearsThen || hearsItems;
  };
}
