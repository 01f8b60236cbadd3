import { stream as nodeStream } from '../../node-builtins.ts';
import { failureCode } from '../failure-code.ts';
import { abortThrough } from './abort.ts';
import { intercept, type Method, methodOf } from './interception.ts';
import { interceptIterator } from './iterator.ts';
import { type Observation, watch } from './observation.ts';
import { derive, isPlainPromise } from './promise.ts';

/** By its methods, for a test runner's realm or a polyfill has a class of its own. */
export function isWebReadable(value: object): value is ReadableStream {
  return methodOf(value, 'getReader') !== undefined && methodOf(value, 'pipeTo') !== undefined;
}

/**
 * Watches a web stream, which stays the same object with the same backpressure and the same kinds of readers. Node says
 * when a stream is over however it was read, but not what was read, and only after all that its reader does at once:
 * so the usual ways of reading are watched too.
 */
export function interceptWebStream(stream: ReadableStream, observation: Observation): boolean {
  if (!interceptReading(stream, observation, true)) {
    return false;
  }
  interceptCancel(stream, observation, () => !stream.locked);
  const pipe: Pipe = { signal: undefined, tapped: false };
  interceptPipes(stream, observation, pipe);
  whenOver(stream, (error) => {
    // With a stream of ours behind it, the last item is still on its way.
    if (!pipe.tapped) {
      tellOver(observation, pipe, error);
    }
  });
  return true;
}

function tellOver(observation: Observation, pipe: Pipe, error: unknown): void {
  const failure = abortThrough(pipe.signal, error);
  if (failure === undefined) {
    observation.finish();
  } else {
    observation.fail(failure);
  }
}

type PipeOptions = Parameters<ReadableStream['pipeTo']>[1];

/** What is known of the pipe that a stream was put in. */
interface Pipe {
  signal: AbortSignal | undefined;
  /** Whether the items pass through a stream of ours. */
  tapped: boolean;
}

function whenOver(stream: ReadableStream, over: (error: unknown) => void): void {
  try {
    nodeStream.finished(stream, over);
  } catch {
    // A polyfill's stream: of this, only the watched methods tell.
  }
}

/**
 * Watches the items that readers, iterators and branches of a stream get, and when they get no more.
 *
 * @param whole false for a branch: its end is not the end of the stream
 */
function interceptReading(stream: ReadableStream, observation: Observation, whole: boolean): boolean {
  const iterating = (original: Method): Method =>
    function values(this: unknown, ...options: unknown[]): unknown {
      const iterator = Reflect.apply(original, this, options) as object;
      const watcher = whole ? observation : itemsOnly(observation);
      watch(iterator, watcher, (group) => interceptIterator(iterator, Symbol.asyncIterator, group));
      return iterator;
    };
  intercept(stream, 'values', iterating);
  intercept(stream, Symbol.asyncIterator, iterating);
  intercept(
    stream,
    'tee',
    (original) =>
      function tee(this: unknown, ...values: unknown[]): unknown {
        const branches = Reflect.apply(original, this, values) as ReadableStream[];
        for (const branch of branches) {
          interceptReading(branch, observation, false);
        }
        return branches;
      },
  );
  return intercept(
    stream,
    'getReader',
    (original) =>
      function getReader(this: unknown, ...options: unknown[]): unknown {
        const reader = Reflect.apply(original, this, options) as object;
        intercept(reader, 'read', (read) => reading(read, whole ? observation : itemsOnly(observation)));
        if (whole) {
          interceptCancel(reader, observation, () => true);
        }
        return reader;
      },
  );
}

function itemsOnly(observation: Observation): Observation {
  const ignore = (): void => {};
  return {
    get wantsItems(): boolean {
      return observation.wantsItems;
    },
    item: (item) => observation.item(item),
    succeed: ignore,
    finish: ignore,
    fail: ignore,
    heldBy: ignore,
  };
}

function reading(original: Method, observation: Observation): Method {
  return function read(this: unknown, ...values: unknown[]): unknown {
    const step = Reflect.apply(original, this, values) as object;
    const seen = (result: unknown): unknown => {
      const { done, value } = result as { done: boolean; value?: unknown };
      if (done) {
        observation.finish();
      } else {
        observation.item(value);
      }
      return result;
    };
    // That a read fails need not mean that the stream did: a reader can let go of it.
    return isPlainPromise(step) ? derive(step, seen, () => {}) : step;
  };
}

/**
 * Cancelling is leaving early, of which Node tells as of any end, unless the reason says that it is an abort.
 *
 * @param takesEffect false while `holder` would refuse to be cancelled
 */
function interceptCancel(holder: object, observation: Observation, takesEffect: () => boolean): void {
  intercept(
    holder,
    'cancel',
    (original) =>
      function cancel(this: unknown, ...values: unknown[]): unknown {
        if (failureCode(values[0]) === 'aborted' && takesEffect()) {
          observation.fail(values[0]);
        }
        return Reflect.apply(original, this, values);
      },
  );
}

/** What is piped is seen by nobody: where the items are wanted, they pass through a stream of ours on their way. */
function interceptPipes(stream: ReadableStream, observation: Observation, pipe: Pipe): void {
  const through = methodOf(stream, 'pipeThrough');
  const piping =
    (destinationOf: (target: unknown) => unknown) =>
    (original: Method): Method =>
      function pipeItems(this: unknown, ...values: unknown[]): unknown {
        const [target, options] = values as [unknown, PipeOptions | undefined];
        const destination = destinationOf(target);
        const pipes = !stream.locked && destination instanceof WritableStream && !destination.locked;
        pipe.signal = pipes ? options?.signal : pipe.signal;
        // With preventCancel the stream is read on later, and must not lack the item that waits in ours.
        if (!pipes || !observation.wantsItems || options?.preventCancel === true || through === undefined) {
          return Reflect.apply(original, this, values);
        }
        pipe.tapped = true;
        const tapped = Reflect.apply(through, this, [itemTap(observation)]) as ReadableStream;
        whenOver(tapped, (error) => tellOver(observation, pipe, error));
        return Reflect.apply(original, tapped, values);
      };
  intercept(
    stream,
    'pipeTo',
    piping((target) => target),
  );
  intercept(
    stream,
    'pipeThrough',
    piping((target) => (target as ReadableWritablePair | undefined)?.writable),
  );
}

function itemTap(observation: Observation): TransformStream {
  return new TransformStream(
    {
      transform(item, controller) {
        observation.item(item);
        controller.enqueue(item);
      },
    },
    undefined,
    // Takes an item only when one is asked of it.
    { highWaterMark: 0 },
  );
}
