import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import {
  createInstrument,
  type Instrument,
} from '../../../packages/observability/src/inference/instrument/instrument.ts';
import { RecordingTimerSource } from './recording-timer-source.ts';

describe('an instrumented function that returns a promise or a thenable', () => {
  let source: RecordingTimerSource;
  let instrument: Instrument;

  beforeEach(() => {
    source = new RecordingTimerSource();
    instrument = createInstrument(source);
  });

  /** Runs once per `then`, as the query builders of databases do. */
  class LazyQuery implements PromiseLike<string[]> {
    runs = 0;
    limited = 0;

    limit(count: number): this {
      this.limited = count;
      return this;
    }

    // oxlint-disable-next-line unicorn/no-thenable -- that is what is tried
    then<A = string[], B = never>(
      onValue?: ((rows: string[]) => A | PromiseLike<A>) | null,
      onError?: ((error: unknown) => B | PromiseLike<B>) | null,
    ): Promise<A | B> {
      this.runs += 1;
      const rows = ['a', 'b', 'c'].slice(0, this.limited);
      return (this.limited < 0 ? Promise.reject(new RangeError('limit')) : Promise.resolve(rows)).then(
        onValue,
        onError,
      );
    }
  }

  it('does not start a query that starts by then, and keeps its other methods', async () => {
    const query = new LazyQuery();
    const find = instrument('search', () => query, { extract: (rows) => ({ batchSize: rows.length }) });
    const found = find();
    await Promise.resolve();
    expect(found).to.equal(query);
    expect(query.runs).to.equal(0);
    expect(source.only.status).to.equal('in flight');

    expect(await found.limit(2)).to.deep.equal(['a', 'b']);

    expect(query.runs).to.equal(1);
    expect(source.only).to.deep.include({ status: 'success', outcome: { batchSize: 2 } });
  });

  it('sees a query fail, whether awaited or chained', async () => {
    const find = instrument('search', () => new LazyQuery().limit(-1));
    expect(await Promise.resolve(find()).catch((error: unknown) => error)).to.be.instanceOf(RangeError);
    const chained = find().then(() => 'found');
    expect(await chained.catch((error: unknown) => error)).to.be.instanceOf(RangeError);
    expect(source.inferences.map(({ errorCode }) => errorCode)).to.deep.equal(['RangeError', 'RangeError']);
  });

  it('awaits a subclass of Promise as itself, its own methods and state included', async () => {
    class Cancellable<T> extends Promise<T> {
      readonly #id = 7;
      id(): number {
        return this.#id;
      }
    }
    const predict = instrument('document', () => new Cancellable<string>((resolve) => resolve('x')), {
      extract: (result) => ({ predictedClass: result }),
    });
    const pending = predict();
    expect(pending.id()).to.equal(7);
    expect(await pending).to.equal('x');
    expect(source.only).to.deep.include({ status: 'success', outcome: { predictedClass: 'x' } });
  });

  it('keeps methods that a client hung on a plain promise', async () => {
    const request = (): Promise<string> & { json(): Promise<string> } =>
      Object.assign(Promise.resolve('response'), { json: async () => 'body' });
    const pending = instrument('http', request)();
    expect(await pending.json()).to.equal('body');
    expect(await pending).to.equal('response');
    expect(source.only.status).to.equal('success');
  });

  it('follows promises of another realm', async () => {
    const predict = instrument(
      'document',
      () => runInNewContext(`Promise.reject(new TypeError('x'))`) as Promise<string>,
    );
    const error: unknown = await predict().catch((rejection: unknown) => rejection);
    expect((error as Error).name).to.equal('TypeError');
    expect(source.only).to.include({ status: 'error', errorCode: 'TypeError' });
  });

  it('ends the time of a frozen thenable when it is returned', async () => {
    const frozen = Object.freeze(new LazyQuery());
    const predict = instrument('search', () => frozen, { extract: () => ({ confidence: 1 }) });
    expect(predict()).to.equal(frozen);
    expect(source.only).to.deep.include({ status: 'success', outcome: undefined });
  });

  it('follows a frozen promise like any other', async () => {
    const frozen = Object.freeze(Promise.resolve('x'));
    expect(await instrument('document', () => frozen)()).to.equal('x');
    expect(source.only.status).to.equal('success');
  });

  it('counts each call that was answered with one shared promise or thenable', async () => {
    const promise = Promise.resolve('x');
    const query = new LazyQuery();
    const predict = instrument('document', () => promise);
    const find = instrument('search', () => query);
    await Promise.all([predict(), predict(), predict()]);
    for (let call = 0; call < 20_000; call++) {
      void find();
      if (call % 100 === 0) {
        await query;
      }
    }
    await query;
    expect(source.inferences.filter(({ status }) => status === 'success')).to.have.length(20_003);
  });

  it('takes a getter that throws instead of telling whether it is a thenable for a plain result', () => {
    const odd = {
      // oxlint-disable-next-line unicorn/no-thenable -- that is what is tried
      get then(): unknown {
        throw new Error('no');
      },
    };
    expect(instrument('document', () => odd)()).to.equal(odd);
    expect(source.only.status).to.equal('success');
  });

  it('leaves unhandled rejections what they would be without it: one for who ignores, none for who handles', async () => {
    const program = `
      import { createInstrument } from ${JSON.stringify(new URL('../../../packages/observability/src/inference/instrument/instrument.ts', import.meta.url))};
      const instrument = createInstrument({ startInference: () => ({ phase() {}, end() {}, fail() {} }) });
      const seen = {};
      process.on('unhandledRejection', (error, promise) => {
        const entry = (seen[error.message] ??= { times: 0, own: false });
        entry.times += 1;
        entry.own ||= promise === returned.get(error.message);
      });
      const returned = new Map();
      const call = (name, fn) => {
        const promise = instrument('m', fn)();
        returned.set(name, promise);
        return promise;
      };
      const fails = (name) => async () => { await null; throw new Error(name); };
      call('ignored', fails('ignored'));
      call('ignored at once', () => Promise.reject(new Error('ignored at once')));
      call('caught', fails('caught')).catch(() => {});
      call('then only', fails('then only')).then(() => {}, () => {});
      try { await call('awaited', fails('awaited')); } catch {}
      const late = call('awaited a little later', fails('awaited a little later'));
      await null; await null;
      try { await late; } catch {}
      async function* tokens() { yield 1; throw new Error('stream'); }
      try { for await (const token of call('stream', tokens)) { void token; } } catch {}
      const ignoredStep = call('step ignored', async function* () { throw new Error('step ignored'); });
      returned.set('step ignored', ignoredStep.next());
      class Query { then(a, b) { return Promise.reject(new Error('query')).then(a, b); } }
      try { await call('query', () => new Query()); } catch {}
      setImmediate(() => setImmediate(() => console.log(JSON.stringify(seen))));
    `;
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      '--experimental-strip-types',
      '--input-type=module',
      '--eval',
      program,
    ]);
    expect(JSON.parse(stdout)).to.deep.equal({
      ignored: { times: 1, own: true },
      'ignored at once': { times: 1, own: true },
      'step ignored': { times: 1, own: true },
    });
  });
});
