import { diag, DiagLogLevel } from '@opentelemetry/api';
import { expect } from 'chai';
import {
  createInstrument,
  type Instrument,
} from '../../../packages/observability/src/inference/instrument/instrument.ts';
import { createOnceAMinute } from '../../../packages/observability/src/diagnostics/once-a-minute.ts';
import { RecordingTimerSource } from './recording-timer-source.ts';

interface Topic {
  readonly label: string;
  readonly score: number;
}

describe('an instrumented function', () => {
  let source: RecordingTimerSource;
  let instrument: Instrument;

  beforeEach(() => {
    source = new RecordingTimerSource();
    instrument = createInstrument(source);
  });

  describe('that returns at once', () => {
    it('is recorded with its model, its time and what was extracted', () => {
      const predict = instrument(
        'document',
        (text: string): Topic => {
          source.nowMs += 25;
          return { label: text, score: 0.9 };
        },
        { extract: (result, [text]) => ({ predictedClass: result.label, confidence: result.score, requestId: text }) },
      );

      expect(predict('sports')).to.deep.equal({ label: 'sports', score: 0.9 });

      expect(source.only).to.deep.include({ modelType: 'document', status: 'success', latencyMs: 25 });
      expect(source.only.outcome).to.deep.equal({ predictedClass: 'sports', confidence: 0.9, requestId: 'sports' });
    });

    it('passes this, arguments and the returned object on untouched', () => {
      const answer = { label: 'x' };
      const service = {
        answer,
        predict: instrument('document', function predict(this: { answer: object }, ...args: number[]) {
          expect(args).to.deep.equal([1, 2, 3]);
          return this.answer;
        }),
      };
      expect(service.predict(1, 2, 3)).to.equal(answer);
    });

    it('throws the very error that was thrown, and counts it under its code', () => {
      const thrown = Object.assign(new Error('busy'), { code: 'EBUSY' });
      const predict = instrument('document', () => {
        source.nowMs += 3;
        throw thrown;
      });
      expect(predict).to.throw().that.equals(thrown);
      expect(source.only).to.deep.include({ status: 'error', errorCode: 'EBUSY', latencyMs: 3 });
    });

    it('passes on thrown values that are no errors', () => {
      const predict = instrument('document', () => {
        // oxlint-disable-next-line typescript/only-throw-error -- that is what is tried
        throw undefined;
      });
      let caught: unknown = 'nothing';
      try {
        predict();
      } catch (error) {
        caught = error;
      }
      expect(caught).to.equal(undefined);
      expect(source.only).to.include({ status: 'error', errorCode: 'unknown' });
    });

    it('takes arrays, maps, typed arrays, responses and odd proxies as results like any other', () => {
      const { proxy, revoke } = Proxy.revocable({}, {});
      revoke();
      const anything: object = new Proxy({}, { get: () => () => anything });
      const results = [
        anything,
        [1, 2],
        new Map([[1, 2]]),
        new Float32Array(3),
        'text',
        null,
        undefined,
        new Response('x'),
        () => 1,
        proxy,
      ];
      for (const result of results) {
        const seen: unknown[] = [];
        const predict = instrument('any', () => result, {
          extract: (value) => {
            seen.push(value);
            return undefined;
          },
        });
        expect(predict() === result).to.equal(true);
        // What answers to every name cannot be told from a stream, nor watched: it is over when it is returned.
        expect(result === anything || (seen.length === 1 && seen[0] === result)).to.equal(true);
      }
      expect(source.inferences.map((inference) => inference.status)).to.deep.equal(results.map(() => 'success'));
    });
  });

  describe('that is async', () => {
    it('is recorded when it resolves, not when it returns', async () => {
      const predict = instrument(
        'document',
        async (text: string): Promise<Topic> => {
          await Promise.resolve();
          source.nowMs += 40;
          return { label: text, score: 0.5 };
        },
        { extract: (result) => ({ confidence: result.score }) },
      );
      const pending = predict('sports');
      expect(source.only.status).to.equal('in flight');
      expect((await pending).label).to.equal('sports');
      expect(source.only).to.deep.include({ status: 'success', latencyMs: 40, outcome: { confidence: 0.5 } });
    });

    it('rejects with the very error, and counts it', async () => {
      const thrown = new RangeError('too long');
      const predict = instrument('document', () => Promise.reject(thrown));
      expect(await predict().catch((error: unknown) => error)).to.equal(thrown);
      expect(source.only).to.include({ status: 'error', errorCode: 'RangeError' });
    });

    it('throws at once what a function that returns promises throws at once', () => {
      const predict = instrument('document', (): Promise<void> => {
        throw new TypeError('no text');
      });
      expect(predict).to.throw(TypeError);
      expect(source.only).to.include({ status: 'error', errorCode: 'TypeError' });
    });
  });

  describe('whose caller aborts', () => {
    it('is counted as aborted also where the reason is an error of the caller', async () => {
      const predict = instrument('document', async (_text: string, options: { signal: AbortSignal }) => {
        await Promise.resolve();
        options.signal.throwIfAborted();
      });
      const controller = new AbortController();
      const pending = predict('x', { signal: controller.signal }).catch((error: unknown) => error);
      const reason = new Error('the client has gone');
      controller.abort(reason);
      expect(await pending).to.equal(reason);
      expect(source.only.errorCode).to.equal('aborted');
    });

    it('finds a signal that is an argument itself', () => {
      const predict = instrument('document', (signal: AbortSignal) => signal.throwIfAborted());
      expect(() => predict(AbortSignal.abort('gone'))).to.throw();
      expect(source.only.errorCode).to.equal('aborted');
    });

    it('keeps a time-out apart from an abort', () => {
      const predict = instrument('document', (signal: AbortSignal) => signal.throwIfAborted());
      expect(() => predict(AbortSignal.abort(new DOMException('slow', 'TimeoutError')))).to.throw();
      expect(source.only.errorCode).to.equal('TimeoutError');
    });
  });

  describe('with an extractor', () => {
    it('counts as failed where the outcome carries an error code or says so', () => {
      const fail = (outcome: object): void => {
        instrument('document', () => 'HTTP 200 with an error inside', { extract: () => outcome })();
      };
      fail({ errorCode: 'content_filter', confidence: 0.1 });
      fail({ errorCode: 503 });
      fail({ success: false });
      fail({ success: false, errorCode: 'quota' });
      expect(source.inferences.map(({ status, errorCode }) => [status, errorCode])).to.deep.equal([
        ['error', 'content_filter'],
        ['error', '503'],
        ['error', 'unknown'],
        ['error', 'quota'],
      ]);
      expect(source.inferences[0]!.outcome).to.include({ confidence: 0.1 });
    });

    it('counts as succeeded where the code is empty or 0, or success is stated', () => {
      for (const outcome of [{ errorCode: '' }, { errorCode: 0 }, { errorCode: 'x', success: true }]) {
        instrument('document', () => 'fine', { extract: () => outcome })();
      }
      expect(source.inferences.map(({ status }) => status)).to.deep.equal(['success', 'success', 'success']);
    });

    it('reads the outcome of an error too, and may say that it is none', async () => {
      const notFound = new Error('no face');
      const errors = [new Error('503 upstream'), notFound, new TypeError('x')];
      const predict = instrument('face', async (error: Error) => Promise.reject(error), {
        extractError: (error, [argument]) => {
          expect(error).to.equal(argument);
          if (error === notFound) {
            return { success: true, predictedClass: 'none' };
          }
          return error instanceof TypeError ? undefined : { errorCode: 'upstream', batchSize: 1 };
        },
      });
      for (const error of errors) {
        expect(await predict(error).catch((rejection: unknown) => rejection)).to.equal(error);
      }
      expect(source.inferences.map(({ status, errorCode }) => [status, errorCode])).to.deep.equal([
        ['error', 'upstream'],
        ['success', undefined],
        ['error', 'TypeError'],
      ]);
      expect(source.inferences[0]!.outcome).to.deep.include({ batchSize: 1 });
      expect(source.inferences[1]!.outcome).to.deep.include({ predictedClass: 'none' });
    });

    it('costs the caller nothing when the extractor is broken, and says so once a minute', async () => {
      let now = 0;
      const warned: string[] = [];
      diag.setLogger(
        { error() {}, warn: (message) => warned.push(message), info() {}, debug() {}, verbose() {} },
        { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
      );
      try {
        instrument = createInstrument(
          source,
          createOnceAMinute(() => now),
        );
        const broken: (() => unknown)[] = [
          () => {
            throw new SyntaxError('unexpected token in: the secret input');
          },
          () => 'a text',
          () => 17,
          () => Promise.reject(new Error('nobody waits for this')),
          () => null,
        ];
        for (const extract of broken) {
          const predict = instrument('document', () => 'result', { extract: extract as () => undefined });
          expect(predict()).to.equal('result');
          expect(predict()).to.equal('result');
          expect(
            await instrument('document', async () => 'result', { extract: extract as () => undefined })(),
          ).to.equal('result');
        }
        expect(source.inferences.map(({ status, outcome }) => [status, outcome])).to.deep.equal(
          source.inferences.map(() => ['success', undefined]),
        );
        expect(warned).to.have.length(3);
        expect(warned[0]).to.match(/extract threw \(SyntaxError\).*"document"/);
        expect(warned[1]).to.match(/extract returned no object/);
        expect(warned[2]).to.match(/extract returned a promise \(it must be synchronous\)/);
        expect(warned.join()).not.to.contain('secret');

        now += 60_000;
        instrument('document', () => 'result', { extract: broken[0] as () => undefined })();
        expect(warned).to.have.length(4);
      } finally {
        diag.disable();
      }
    });

    it('survives an outcome whose getters throw', () => {
      const outcome = {
        get success(): boolean {
          throw new Error('no');
        },
        get errorCode(): string {
          throw new Error('no');
        },
      };
      expect(instrument('document', () => 1, { extract: () => outcome })()).to.equal(1);
      expect(source.only.status).to.equal('success');
    });
  });

  it('hands the start options to each of its inferences', () => {
    const startOptions = { warmup: true, labels: { tenant: 'a' } };
    instrument('document', () => 1, { startOptions })();
    expect(source.only.startOptions).to.equal(startOptions);
  });

  it('keeps the name, the length and the properties of the function, now and later', () => {
    const predict = Object.assign(
      function predictDocument(_text: string, _limit: number): string {
        return 'x';
      },
      { version: 1, calls: [] as string[] },
    );
    const instrumented = instrument('document', predict);
    expect(instrumented.name).to.equal('predictDocument');
    expect(instrumented).to.have.length(2);
    expect(instrumented.version).to.equal(1);
    predict.version = 2;
    expect(instrumented.version).to.equal(2);
    expect(Object.prototype.toString.call(instrument('document', async () => {}))).to.equal('[object AsyncFunction]');
  });

  it('leaves the calling of a class the TypeError that it is', () => {
    class Model {
      readonly version = 1;
    }
    const call = instrument('document', Model as unknown as () => void);
    expect(() => call()).to.throw(TypeError, /without 'new'/);
    expect(source.only).to.include({ status: 'error', errorCode: 'TypeError' });
  });

  it('may be instrumented once more, for a second model', async () => {
    const inner = instrument('tokenizer', async () => 'x', { extract: () => ({ batchSize: 1 }) });
    const outer = instrument('document', inner, { extract: (result) => ({ predictedClass: result }) });
    expect(await outer()).to.equal('x');
    expect(source.inferences.map(({ modelType, status, outcome }) => [modelType, status, outcome])).to.deep.equal([
      ['document', 'success', { predictedClass: 'x' }],
      ['tokenizer', 'success', { batchSize: 1 }],
    ]);
  });

  it('keeps concurrent calls apart', async () => {
    const settle: ((text: string) => void)[] = [];
    const predict = instrument(
      'document',
      (_index: number) => new Promise<string>((resolve) => void settle.push(resolve)),
      { extract: (result, [index]) => ({ predictedClass: result, batchSize: index }) },
    );
    const calls = [predict(1), predict(2), predict(3)];
    settle[2]!('third');
    settle[0]!('first');
    settle[1]!('second');
    await Promise.all(calls);
    expect(source.inferences.map(({ outcome }) => outcome)).to.deep.equal([
      { predictedClass: 'first', batchSize: 1 },
      { predictedClass: 'second', batchSize: 2 },
      { predictedClass: 'third', batchSize: 3 },
    ]);
  });

  it('is refused at once where there is no function', () => {
    expect(() => instrument('document', undefined as unknown as () => void)).to.throw(
      TypeError,
      'instrument: fn must be a function, received undefined.',
    );
    expect(() => instrument('document', () => 1, { extract: 'label' as unknown as () => undefined })).to.throw(
      TypeError,
      'instrument: options.extract must be a function, received string.',
    );
  });
});
