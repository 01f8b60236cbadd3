import { expect } from 'chai';
import {
  createInstrument,
  type Instrument,
} from '../../../packages/observability/src/inference/instrument/instrument.ts';
import { RecordingTimerSource } from './recording-timer-source.ts';

describe('an instrumented function that gives its result bit by bit', () => {
  let source: RecordingTimerSource;
  let instrument: Instrument;

  beforeEach(() => {
    source = new RecordingTimerSource();
    instrument = createInstrument(source);
  });

  async function* tokens(...words: string[]): AsyncGenerator<string, string, string | undefined> {
    for (const word of words) {
      await Promise.resolve();
      source.nowMs += 10;
      yield word;
    }
    return 'stop';
  }

  describe('as an async generator', () => {
    it('is timed until the last item was read, and extracts from that', async () => {
      const generate = instrument('llm', tokens, {
        extract: (last, args) => ({ predictedClass: last, batchSize: args.length }),
      });
      const read: string[] = [];
      for await (const token of generate('one', 'two', 'three')) {
        expect(source.only.status).to.equal('in flight');
        read.push(token);
      }
      expect(read).to.deep.equal(['one', 'two', 'three']);
      expect(source.only).to.deep.include({
        status: 'success',
        latencyMs: 30,
        outcome: { predictedClass: 'three', batchSize: 3 },
      });
    });

    it('keeps what is sent in, what is returned, and what it is an instance of', async () => {
      const generate = instrument('llm', async function* echo(): AsyncGenerator<string, string, string> {
        const sent = yield 'ready';
        return sent;
      });
      const generator = generate();
      expect(await generator.next('ignored')).to.deep.equal({ done: false, value: 'ready' });
      expect(await generator.next('word')).to.deep.equal({ done: true, value: 'word' });
      expect(generator).to.be.instanceOf(generate);
      expect(Object.prototype.toString.call(generator)).to.equal('[object AsyncGenerator]');
      expect(Object.keys(generator)).to.deep.equal([]);
      expect(source.only.status).to.equal('success');
    });

    it('is a success when the reader leaves early, and its finally has run', async () => {
      let cleaned = false;
      const generate = instrument(
        'llm',
        async function* () {
          try {
            yield 'one';
            yield 'two';
          } finally {
            source.nowMs += 5;
            cleaned = true;
          }
        },
        { extract: (last) => ({ predictedClass: last }) },
      );
      for await (const token of generate()) {
        expect(token).to.equal('one');
        break;
      }
      expect(cleaned).to.equal(true);
      expect(source.only).to.deep.include({ status: 'success', latencyMs: 5, outcome: { predictedClass: 'one' } });
    });

    it('fails with what it throws', async () => {
      const thrown = Object.assign(new Error('overloaded'), { code: 529 });
      const generate = instrument('llm', async function* () {
        yield 'one';
        throw thrown;
      });
      const generator = generate();
      await generator.next();
      expect(await generator.next().catch((error: unknown) => error)).to.equal(thrown);
      expect(source.only).to.include({ status: 'error', errorCode: '529' });
    });

    it('is aborted when its signal aborts it', async () => {
      const generate = instrument('llm', async function* (signal: AbortSignal) {
        for (;;) {
          signal.throwIfAborted();
          yield 'token';
        }
      });
      const controller = new AbortController();
      const generator = generate(controller.signal);
      await generator.next();
      controller.abort('the client has gone');
      expect(await generator.next().catch((error: unknown) => error)).to.equal('the client has gone');
      expect(source.only).to.include({ status: 'error', errorCode: 'aborted' });
    });

    it('goes on when an error that is thrown in is handled, and fails when it is not', async () => {
      const generate = instrument('llm', async function* () {
        try {
          yield 'one';
        } catch {
          yield 'recovered';
        }
      });
      const handled = generate();
      await handled.next();
      expect(await handled.throw(new Error('x'))).to.deep.equal({ done: false, value: 'recovered' });
      expect(source.inferences[0]!.status).to.equal('in flight');
      await handled.next();
      expect(source.inferences[0]!.status).to.equal('success');

      const unhandled = generate();
      await unhandled.next();
      await unhandled.throw(new Error('x'));
      expect(await unhandled.throw(new TypeError('y')).catch((error: unknown) => error)).to.be.instanceOf(TypeError);
      expect(source.inferences[1]).to.include({ status: 'error', errorCode: 'TypeError' });
    });

    it('is not over while it yields in its finally', async () => {
      const generate = instrument('llm', async function* () {
        try {
          yield 'one';
        } finally {
          yield 'one more';
        }
      });
      const generator = generate();
      await generator.next();
      expect(await generator.return(undefined)).to.deep.equal({ done: false, value: 'one more' });
      expect(source.only.status).to.equal('in flight');
      await generator.next();
      expect(source.only.status).to.equal('success');
    });

    it('may be read by several at once, delegated to, and disposed of', async () => {
      const generate = instrument('llm', tokens);
      const generator = generate('one', 'two');
      await Promise.all([generator.next(), generator.next(), generator.next(), generator.next()]);
      const read: string[] = [];
      const delegating = async function* (): AsyncGenerator<string> {
        yield* generate('a', 'b');
      };
      for await (const token of delegating()) {
        read.push(token);
      }
      expect(read).to.deep.equal(['a', 'b']);
      const disposed = generate('x') as AsyncGenerator<string> & Partial<AsyncDisposable>;
      await disposed[Symbol.asyncDispose]?.();
      expect(source.inferences.map(({ status }) => status).slice(0, 2)).to.deep.equal(['success', 'success']);
      if (disposed[Symbol.asyncDispose] !== undefined) {
        expect(source.inferences[2]!.status).to.equal('success');
      }
    });

    it('extracts nothing from a stream without items', async () => {
      const generate = instrument('llm', tokens, { extract: () => ({ confidence: 1 }) });
      for await (const token of generate()) {
        expect.fail(token);
      }
      expect(source.only).to.deep.include({ status: 'success', outcome: undefined });
    });

    it('may be promised first', async () => {
      const generate = instrument('llm', async (text: string) => tokens(text), {
        extract: (last) => ({ predictedClass: last }),
      });
      const generator = await generate('one');
      expect(source.only.status).to.equal('in flight');
      for await (const token of generator) {
        expect(token).to.equal('one');
      }
      expect(source.only).to.deep.include({ status: 'success', outcome: { predictedClass: 'one' } });
    });

    it('may be instrumented twice, each with what it extracts', async () => {
      const inner = instrument('inner', tokens);
      const outer = instrument('outer', inner, { extract: (last) => ({ predictedClass: last }) });
      for await (const token of outer('one', 'two')) {
        void token;
      }
      expect(source.inferences.map(({ modelType, status, outcome }) => [modelType, status, outcome])).to.deep.equal([
        ['outer', 'success', { predictedClass: 'two' }],
        ['inner', 'success', undefined],
      ]);
    });
  });

  describe('as an async iterable of its own making', () => {
    /** As the streams of model APIs are: an object with methods of its own, iterated by a generator that it makes. */
    class ApiStream implements AsyncIterable<string> {
      readonly controller = new AbortController();
      readonly #words: string[];
      constructor(words: string[]) {
        this.#words = words;
      }
      [Symbol.asyncIterator](): AsyncIterator<string> {
        return tokens(...this.#words);
      }
    }

    it('is timed until its iterator is done', async () => {
      const stream = new ApiStream(['one', 'two']);
      const generate = instrument('llm', async () => stream, { extract: (last) => ({ predictedClass: last }) });
      const returned = await generate();
      expect(returned).to.equal(stream);
      for await (const token of returned) {
        void token;
      }
      expect(source.only).to.deep.include({ status: 'success', latencyMs: 20, outcome: { predictedClass: 'two' } });
    });

    it('fails when it cannot even be iterated', () => {
      const generate = instrument('llm', () => ({
        [Symbol.asyncIterator](): AsyncIterator<string> {
          throw new RangeError('consumed');
        },
      }));
      expect(() => generate()[Symbol.asyncIterator]()).to.throw(RangeError);
      expect(source.only).to.include({ status: 'error', errorCode: 'RangeError' });
    });

    it('hears of readers that leave an iterator which has no return', async () => {
      const generate = instrument('llm', () => ({
        [Symbol.asyncIterator](): AsyncIterator<string> {
          return { next: async () => ({ done: false, value: 'for ever' }) };
        },
      }));
      for await (const token of generate()) {
        expect(token).to.equal('for ever');
        break;
      }
      expect(source.only.status).to.equal('success');
    });

    it('ends at once where the object is frozen', () => {
      const frozen = Object.freeze(new ApiStream(['one']));
      expect(instrument('llm', () => frozen)()).to.equal(frozen);
      expect(source.only.status).to.equal('success');
    });

    it('does not grow on an object that every call returns', async () => {
      const shared = new ApiStream(['one']);
      const generate = instrument('llm', () => shared);
      for (let call = 0; call < 5000; call++) {
        generate();
      }
      for await (const token of shared) {
        expect(token).to.equal('one');
      }
      expect(source.inferences.every(({ status }) => status === 'success')).to.equal(true);
    });
  });

  describe('as a sync generator', () => {
    function* boxes(count: number): Generator<number, string> {
      for (let box = 1; box <= count; box++) {
        source.nowMs += 1;
        yield box;
      }
      return 'end';
    }

    it('is timed until the last item, through spreads, copies and destructuring', () => {
      const detect = instrument('boxes', boxes, { extract: (last) => ({ batchSize: last }) });
      expect([...detect(3)]).to.deep.equal([1, 2, 3]);
      expect(Array.from(detect(4))).to.deep.equal([1, 2, 3, 4]);
      const [first] = detect(9);
      expect(first).to.equal(1);
      expect(source.inferences.slice(0, 3).map(({ latencyMs, outcome }) => [latencyMs, outcome])).to.deep.equal([
        [3, { batchSize: 3 }],
        [4, { batchSize: 4 }],
        [1, { batchSize: 1 }],
      ]);
    });

    it('fails with what it throws', () => {
      const detect = instrument('boxes', function* (): Generator<number> {
        yield 1;
        throw new RangeError('too many');
      });
      expect(() => [...detect()]).to.throw(RangeError);
      expect(source.only).to.include({ status: 'error', errorCode: 'RangeError' });
    });
  });
});
