import { Readable } from 'node:stream';
import { expect } from 'chai';
import {
  createInstrument,
  type Instrument,
} from '../../../packages/observability/src/inference/instrument/instrument.ts';
import { RecordingTimerSource } from './recording-timer-source.ts';

describe('an instrumented function that returns a web stream', () => {
  let source: RecordingTimerSource;
  let instrument: Instrument;

  beforeEach(() => {
    source = new RecordingTimerSource();
    instrument = createInstrument(source);
  });

  /** Counts how often it was asked for an item, which is what backpressure is about. */
  class Words {
    asked = 0;
    readonly stream: ReadableStream<string>;
    cancelled: unknown = 'no';

    constructor(words: string[], failure?: Error) {
      const left = [...words];
      this.stream = new ReadableStream(
        {
          pull: (controller): void => {
            this.asked += 1;
            const word = left.shift();
            if (word !== undefined) {
              controller.enqueue(word);
            } else if (failure === undefined) {
              controller.close();
            } else {
              controller.error(failure);
            }
          },
          cancel: (reason): void => {
            this.cancelled = reason;
          },
        },
        { highWaterMark: 0 },
      );
    }
  }

  const speak = (...words: string[]): ReadableStream<string> => new Words(words).stream;
  const extract = (last: unknown): { predictedClass: string } => ({ predictedClass: last as string });

  /** Node tells the end of a stream on the next tick. */
  const tick = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  async function readAll(stream: ReadableStream<unknown>): Promise<unknown[]> {
    const reader = stream.getReader();
    const items: unknown[] = [];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        return items;
      }
      items.push(value);
    }
  }

  async function itemsOf(stream: AsyncIterable<unknown>): Promise<unknown[]> {
    const items: unknown[] = [];
    for await (const item of stream) {
      items.push(item);
    }
    return items;
  }

  const collect = (into: unknown[]): WritableStream => new WritableStream({ write: (item) => void into.push(item) });

  it('is timed until the stream ends, whichever way it is read', async () => {
    const generate = instrument('llm', speak, { extract });
    const ways: { readonly [way: string]: (stream: ReadableStream<string>) => Promise<unknown[]> } = {
      reader: readAll,
      iteration: (stream) => itemsOf(stream),
      values: (stream) => itemsOf(stream.values()),
      pipeTo: async (stream) => {
        const items: unknown[] = [];
        await stream.pipeTo(collect(items));
        return items;
      },
      pipeThrough: (stream) => readAll(stream.pipeThrough(new TransformStream())),
      tee: async (stream) => {
        const [one, other] = stream.tee();
        const [items] = await Promise.all([readAll(one), readAll(other)]);
        return items;
      },
      'as a body': async (stream) =>
        [...(await new Response(stream.pipeThrough(new TextEncoderStream())).text()).matchAll(/one|two/g)].map(
          ([word]) => word,
        ),
    };
    for (const [way, read] of Object.entries(ways)) {
      const stream = generate('one', 'two');
      expect(source.inferences.at(-1)!.status, way).to.equal('in flight');
      expect(await read(stream), way).to.deep.equal(['one', 'two']);
      await tick();
      expect(source.inferences.at(-1), way).to.deep.include({ status: 'success', outcome: { predictedClass: 'two' } });
    }
  });

  it('is timed until the end of a Node stream that is made of it', async () => {
    const stream = Readable.fromWeb(instrument('llm', speak)('one', 'two') as never, { objectMode: true });
    expect(await stream.toArray()).to.deep.equal(['one', 'two']);
    await tick();
    expect(source.only.status).to.equal('success');
  });

  it('ends its time at once for who reads by reader or loop, whatever they do next', async () => {
    const generate = instrument('llm', speak);
    await readAll(generate('one'));
    expect(source.inferences[0]!.status).to.equal('success');
    for await (const token of generate('one')) {
      void token;
    }
    expect(source.inferences[1]!.status).to.equal('success');
  });

  it('is the same stream, and asks for no more than its reader does', async () => {
    const words = new Words(['one', 'two', 'three']);
    const stream = instrument('llm', () => words.stream, { extract })();
    expect(stream).to.equal(words.stream);
    await tick();
    expect(words.asked).to.equal(0);
    const reader = stream.getReader();
    await reader.read();
    await tick();
    expect(words.asked).to.equal(1);
    reader.releaseLock();
    expect(stream.locked).to.equal(false);
    expect(source.only.status).to.equal('in flight');
  });

  it('keeps reading into buffers of the reader', async () => {
    const bytes = new ReadableStream({
      type: 'bytes',
      start(controller) {
        controller.enqueue(new Uint8Array([1, 2, 3, 4]));
        controller.close();
      },
    });
    const reader = instrument('audio', () => bytes)().getReader({ mode: 'byob' });
    const { value } = await reader.read(new Uint8Array(3));
    expect([...value!]).to.deep.equal([1, 2, 3]);
    await reader.read(new Uint8Array(3));
    await reader.read(new Uint8Array(3));
    expect(source.only.status).to.equal('success');
  });

  it('fails with the error of the stream, whichever way it is read', async () => {
    const thrown = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    const generate = instrument('llm', () => new Words(['one'], thrown).stream, { extract });
    const ways: ((stream: ReadableStream<string>) => Promise<unknown>)[] = [
      readAll,
      (stream) => itemsOf(stream),
      (stream) => stream.pipeTo(collect([])),
      (stream) => readAll(stream.pipeThrough(new TransformStream())),
      (stream) => readAll(stream.tee()[0]),
    ];
    for (const read of ways) {
      expect(await read(generate()).catch((error: unknown) => error)).to.equal(thrown);
      await tick();
      expect(source.inferences.at(-1)).to.include({ status: 'error', errorCode: 'ECONNRESET' });
    }
  });

  it('is a success when the reader has had enough, and aborted when it aborts', async () => {
    const generate = instrument('llm', speak, { extract });
    for await (const token of generate('one', 'two')) {
      expect(token).to.equal('one');
      break;
    }
    await generate('one').cancel('enough');
    await generate('one').getReader().cancel();
    await generate('one').cancel(new DOMException('gone', 'AbortError'));
    const controller = new AbortController();
    const never = new WritableStream({ write: () => new Promise(() => {}) }, { highWaterMark: 1 });
    const piping = generate('one', 'two', 'three').pipeTo(never, { signal: controller.signal, preventAbort: true });
    controller.abort('the client has gone');
    expect(await piping.catch((error: unknown) => error)).to.equal('the client has gone');
    await tick();
    expect(source.inferences.map(({ status, errorCode }) => errorCode ?? status)).to.deep.equal([
      'success',
      'success',
      'success',
      'aborted',
      'aborted',
    ]);
  });

  it('is piped with the same backpressure and the same end, also where items are extracted', async () => {
    const words = new Words(Array.from({ length: 50 }, String));
    const stream = instrument('llm', () => words.stream, { extract })();
    const never = new WritableStream({ write: () => new Promise(() => {}) }, { highWaterMark: 1 });
    void stream.pipeTo(never).catch(() => {});
    await tick();
    await tick();
    expect(words.asked).to.be.lessThan(5);
    expect(source.only.status).to.equal('in flight');
  });

  it('cancels its source with the reason of a broken destination', async () => {
    const words = new Words(['one', 'two', 'three']);
    const stream = instrument('llm', () => words.stream, { extract })();
    const broken = new RangeError('disk full');
    const destination = new WritableStream({
      write() {
        throw broken;
      },
    });
    expect(await stream.pipeTo(destination).catch((error: unknown) => error)).to.equal(broken);
    await tick();
    expect(words.cancelled).to.equal(broken);
    expect(source.only.status).to.equal('success');
  });

  it('refuses what a stream refuses, and can be read afterwards', async () => {
    const stream = instrument('llm', () => speak('one'), { extract })();
    expect(await stream.pipeTo({} as WritableStream).catch((error: unknown) => error)).to.be.instanceOf(TypeError);
    expect(() => stream.pipeThrough(null as never)).to.throw(TypeError);
    const locked = collect([]);
    locked.getWriter();
    expect(await stream.pipeTo(locked).catch((error: unknown) => error)).to.be.instanceOf(TypeError);
    expect(stream.locked).to.equal(false);
    expect(await readAll(stream)).to.deep.equal(['one']);
    expect(source.only).to.deep.include({ status: 'success', outcome: { predictedClass: 'one' } });
  });

  it('may be transferred to another thread', async () => {
    const stream = instrument('llm', () => speak('one', 'two'))();
    const received = structuredClone(stream, { transfer: [stream as never] });
    expect(await readAll(received)).to.deep.equal(['one', 'two']);
    await tick();
    expect(source.only.status).to.equal('success');
  });

  it('keeps the class of a stream, and what it adds', async () => {
    class TokenStream extends ReadableStream<string> {
      async last(): Promise<unknown> {
        return (await itemsOf(this)).at(-1);
      }
    }
    const generate = instrument(
      'llm',
      async () =>
        new TokenStream({
          start(controller) {
            controller.enqueue('one');
            controller.close();
          },
        }),
      { extract },
    );
    expect(await (await generate()).last()).to.equal('one');
    expect(source.only).to.deep.include({ status: 'success', outcome: { predictedClass: 'one' } });
  });

  it('leaves no unhandled rejection behind where the reader lets go of a stream', async () => {
    const reader = instrument('llm', () => new ReadableStream<string>({}))().getReader();
    const pending = reader.read().catch((error: unknown) => error);
    reader.releaseLock();
    expect(await pending).to.be.instanceOf(TypeError);
    await tick();
    expect(source.only.status).to.equal('in flight');
  });
});
