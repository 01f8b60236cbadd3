import { once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import {
  createInstrument,
  type Instrument,
} from '../../../packages/observability/src/inference/instrument/instrument.ts';
import { RecordingTimerSource } from './recording-timer-source.ts';

describe('an instrumented function that returns a Node stream', () => {
  let source: RecordingTimerSource;
  let instrument: Instrument;

  beforeEach(() => {
    source = new RecordingTimerSource();
    instrument = createInstrument(source);
  });

  function speak(...words: string[]): Readable {
    return Readable.from(words);
  }

  const extract = (last: unknown): { predictedClass: string } => ({ predictedClass: last as string });

  it('is timed until the stream ends, whichever way it is read', async () => {
    const generate = instrument('llm', speak, { extract });
    const ways: ((stream: Readable) => Promise<unknown>)[] = [
      async (stream) => {
        for await (const token of stream) {
          void token;
        }
      },
      (stream) =>
        once(
          stream.on('data', () => {}),
          'end',
        ),
      (stream) => {
        stream.on('readable', () => {
          while (stream.read() !== null) {
            // Reads until nothing is left.
          }
        });
        return once(stream, 'end');
      },
      (stream) => pipeline(stream, new Writable({ objectMode: true, write: (_chunk, _encoding, done) => done() })),
      (stream) => text(stream),
      (stream) => stream.toArray(),
    ];
    for (const read of ways) {
      const stream = generate('one', 'two');
      expect(source.inferences.at(-1)!.status).to.equal('in flight');
      await read(stream);
      expect(source.inferences.at(-1)).to.deep.include({ status: 'success', outcome: { predictedClass: 'two' } });
    }
  });

  it('neither starts the stream nor adds listeners that change what it does', async () => {
    const stream = speak('one');
    expect(instrument('llm', () => stream, { extract })()).to.equal(stream);
    await new Promise((resolve) => void setImmediate(resolve));
    expect(stream.readableFlowing).to.equal(null);
    expect(stream.listenerCount('error')).to.equal(0);
    expect(stream.listenerCount('data')).to.equal(0);
    expect(source.only.status).to.equal('in flight');
    stream.destroy();
  });

  it('fails with the error of the stream, which reaches its reader', async () => {
    const thrown = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    const stream = instrument('llm', async () => new PassThrough())();
    const reading = text(await stream).catch((error: unknown) => error);
    (await stream).destroy(thrown);
    expect(await reading).to.equal(thrown);
    expect(source.only).to.include({ status: 'error', errorCode: 'ECONNRESET' });
  });

  it('is a success when the reader leaves early, and aborted when it aborts', async () => {
    const generate = instrument('llm', speak, { extract });
    for await (const token of generate('one', 'two')) {
      expect(token).to.equal('one');
      break;
    }
    await new Promise((resolve) => void setImmediate(resolve));
    expect(source.inferences[0]).to.deep.include({ status: 'success', outcome: { predictedClass: 'one' } });

    const controller = new AbortController();
    const sink = new Writable({ objectMode: true, write() {} });
    const piping = pipeline(generate('one', 'two'), sink, { signal: controller.signal }).catch(
      (error: unknown) => error,
    );
    controller.abort();
    expect(await piping).to.have.property('name', 'AbortError');
    expect(source.inferences[1]).to.include({ status: 'error', errorCode: 'aborted' });
  });

  it('knows a stream that was over before it was returned', async () => {
    const ended = speak();
    await ended.toArray();
    const closed = speak('x');
    closed.destroy();
    await once(closed, 'close');
    const failed = speak('x');
    failed.on('error', () => {});
    failed.destroy(new RangeError('x'));
    await new Promise((resolve) => void failed.once('close', resolve));
    for (const stream of [ended, closed, failed]) {
      instrument('llm', () => stream)();
    }
    expect(source.inferences.map(({ status, errorCode }) => [status, errorCode])).to.deep.equal([
      ['success', undefined],
      ['success', undefined],
      ['error', 'RangeError'],
    ]);
  });

  it('extracts for both when instrumented twice', async () => {
    const inner = instrument('inner', speak);
    const outer = instrument('outer', inner, { extract });
    await outer('one', 'two').toArray();
    expect(source.inferences.map(({ modelType, outcome }) => [modelType, outcome])).to.deep.equal([
      ['outer', { predictedClass: 'two' }],
      ['inner', undefined],
    ]);
  });
});
