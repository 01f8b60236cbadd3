import { setFlagsFromString } from 'node:v8';
import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import {
  createInstrument,
  type Instrument,
} from '../../../packages/observability/src/inference/instrument/instrument.ts';
import { RecordingTimerSource } from './recording-timer-source.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

describe('an instrumented result that nobody waits for any more', () => {
  let source: RecordingTimerSource;
  let instrument: Instrument;

  beforeEach(() => {
    source = new RecordingTimerSource();
    instrument = createInstrument(source);
  });

  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

  async function collectUntil(met: () => boolean): Promise<boolean> {
    for (let round = 0; round < 50 && !met(); round++) {
      // What a WeakRef was asked for lives until the turn ends.
      await turn();
      collectGarbage();
      await turn();
    }
    return met();
  }

  async function* tokens(): AsyncGenerator<string> {
    yield 'one';
    yield 'two';
  }

  const droppable: { readonly [what: string]: () => unknown } = {
    'a generator': tokens,
    'a sync generator': function* () {
      yield 1;
    },
    'an async iterable': () => ({ [Symbol.asyncIterator]: tokens }),
    'a Node stream': () => Readable.from(['one']),
    'a web stream': () => new ReadableStream({}),
    'a promise that nothing can settle': () => new Promise(() => {}),
    'a promised generator': async () => tokens(),
    'a lazy query': () => ({
      // oxlint-disable-next-line unicorn/no-thenable -- that is what is tried
      then() {},
    }),
  };
  for (const [what, produce] of Object.entries(droppable)) {
    it(`counts ${what} as aborted, and not as in flight for ever`, async () => {
      await instrument('llm', async () => {})();
      // The result is one of the arguments too, as with functions that pass a stream on.
      const passOn = instrument('llm', (result: unknown) => result, { extract: () => ({ confidence: 1 }) });
      void passOn(produce());
      expect(source.inferences[1]!.status).to.equal('in flight');
      await collectUntil(() => source.inferences[1]!.status !== 'in flight');
      expect(source.inferences[1]).to.include({ status: 'error', errorCode: 'aborted' });
    });
  }

  it('counts a generator that was dropped halfway', async () => {
    const start = async (): Promise<void> => {
      await instrument('llm', tokens)().next();
    };
    await start();
    await collectUntil(() => source.only.status !== 'in flight');
    expect(source.only.errorCode).to.equal('aborted');
  });

  it('does not mistake for dropped what is still read, though only an iterator or a reader of it is held', async () => {
    const iterator = instrument('llm', async () => ({ [Symbol.asyncIterator]: tokens }));
    const held = (await iterator())[Symbol.asyncIterator]();
    const reader = instrument(
      'llm',
      async () =>
        new ReadableStream<string>({
          pull(controller) {
            controller.enqueue('token');
          },
        }),
    );
    const heldReader = (await reader()).getReader();
    await held.next();
    await heldReader.read();
    await collectUntil(() => source.inferences.some(({ status }) => status !== 'in flight'));
    expect(source.inferences.map(({ status }) => status)).to.deep.equal(['in flight', 'in flight']);
    await held.return(undefined);
    await heldReader.cancel();
    await turn();
    expect(source.inferences.map(({ status }) => status)).to.deep.equal(['success', 'success']);
  });

  it('keeps neither arguments nor the last item of a stream that is over', async () => {
    const stream = new ReadableStream<object>({
      start(controller) {
        controller.enqueue({ big: true });
        controller.close();
      },
    });
    const seen: WeakRef<object>[] = [];
    const generate = instrument('llm', (_input: object) => stream, { extract: () => ({}) });
    const consume = async (): Promise<void> => {
      const input = { text: 'x' };
      seen.push(new WeakRef(input));
      for await (const item of generate(input)) {
        seen.push(new WeakRef(item));
      }
    };
    await consume();
    const gone = await collectUntil(() => seen.every((reference) => reference.deref() === undefined));
    expect(gone).to.equal(true);
    expect(stream.locked).to.equal(false);
  });
});
