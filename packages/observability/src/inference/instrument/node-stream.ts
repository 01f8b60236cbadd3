import { errorMonitor } from 'node:events';
import type { Readable } from 'node:stream';
import { stream as nodeStream } from '../../node-builtins.ts';
import { failureCode } from '../failure-code.ts';
import { intercept, type Method, methodOf } from './interception.ts';
import type { Observation } from './observation.ts';

/** Node's own readable streams, and those of the package `readable-stream`, which are not instances of Node's. */
export function isNodeReadable(value: object): value is Readable {
  return (
    value instanceof nodeStream.Readable ||
    ('_readableState' in value &&
      typeof value._readableState === 'object' &&
      methodOf(value, 'pipe') !== undefined &&
      methodOf(value, 'on') !== undefined)
  );
}

/**
 * Tells when a stream has ended, failed or was closed early, and has no effect on it: no listener for `error`, which
 * would keep an unhandled error from being thrown, and none for `data`, which would make it flow.
 */
export function listenToEnd(stream: Readable, observation: Observation): boolean {
  let left = false;
  noteLeaving(stream, () => {
    left = true;
  });
  stream.on(errorMonitor, (error: unknown) => {
    if (left && failureCode(error) === 'aborted') {
      observation.finish();
    } else {
      observation.fail(error);
    }
  });
  stream.once('end', () => observation.finish());
  stream.once('close', () => observation.finish());
  return true;
}

/** A loop that is left early makes Node destroy the stream with the same error as an abort. */
function noteLeaving(stream: Readable, left: () => void): void {
  const iterating = (original: Method): Method =>
    function iterate(this: unknown, ...options: unknown[]): unknown {
      const iterator = Reflect.apply(original, this, options) as object;
      intercept(
        iterator,
        'return',
        (leave) =>
          function leaveLoop(this: unknown, ...values: unknown[]): unknown {
            left();
            return Reflect.apply(leave, this, values);
          },
      );
      return iterator;
    };
  intercept(stream, Symbol.asyncIterator, iterating);
  intercept(stream, 'iterator', iterating);
}

/** A stream that is over when it is returned will not say so again. */
export function tellIfOver(stream: Readable, observation: Observation): boolean {
  if (stream.errored) {
    observation.fail(stream.errored);
    return true;
  }
  if (stream.readableEnded || stream.closed) {
    observation.finish();
    return true;
  }
  return false;
}

const tapped = new WeakSet<Readable>();

/** Tells what goes out as `data`, however it is asked for: every way of reading a stream ends in this event. */
export function tapItems(stream: Readable, observation: Observation): void {
  if (tapped.has(stream)) {
    return;
  }
  tapped.add(stream);
  intercept(
    stream,
    'emit',
    (original) =>
      function emit(this: unknown, ...values: unknown[]): unknown {
        if (values[0] === 'data') {
          observation.item(values[1]);
        }
        return Reflect.apply(original, this, values);
      },
  );
}
