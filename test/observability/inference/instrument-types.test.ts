import type { Readable } from 'node:stream';
import { expect } from 'chai';
import { createInstrument } from '../../../packages/observability/src/inference/instrument/instrument.ts';
import type { ExtractedResult } from '../../../packages/observability/src/inference/instrument/options.ts';
import { RecordingTimerSource } from './recording-timer-source.ts';

/** Compiles only where both are the very same type. */
type Same<A, B> =
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- how assignability of conditional types tells
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : { expected: B; received: A };

function sameType<A, B>(_same: Same<A, B>): void {}

const instrument = createInstrument(new RecordingTimerSource());

describe('the type of an instrumented function', () => {
  it('is that of the function: overloads, generics, this, async and generators', () => {
    function classify(text: string): string;
    function classify(texts: readonly string[]): string[];
    function classify(input: string | readonly string[]): string | string[] {
      return typeof input === 'string' ? input : [...input];
    }
    const overloaded = instrument('m', classify);
    sameType<typeof overloaded, typeof classify>(true);
    const one: string = overloaded('x');
    const many: string[] = overloaded(['x']);
    expect([one, ...many]).to.deep.equal(['x', 'x']);

    const generic = instrument('m', <T>(value: T): T => value);
    const kept: 'x' = generic('x');
    expect(kept).to.equal('x');

    class Model {
      readonly name = 'model';
      predict = instrument('m', function predict(this: Model, suffix: string): string {
        return this.name + suffix;
      });
    }
    expect(new Model().predict('!')).to.equal('model!');
    const predict = (): unknown => {
      const { predict: loose } = new Model();
      // @ts-expect-error -- without its object it is refused, as the function itself would be
      return loose('!');
    };
    expect(predict).to.throw(TypeError);

    const asynchronous = instrument('m', async (count: number): Promise<number> => count);
    sameType<typeof asynchronous, (count: number) => Promise<number>>(true);
    const generator = instrument('m', async function* (): AsyncGenerator<string, number, boolean> {
      yield 'x';
      return 1;
    });
    sameType<typeof generator, () => AsyncGenerator<string, number, boolean>>(true);
  });

  it('tells an extractor what it gets', () => {
    sameType<ExtractedResult<string>, string>(true);
    sameType<ExtractedResult<string[]>, string[]>(true);
    sameType<ExtractedResult<Map<string, number>>, Map<string, number>>(true);
    sameType<ExtractedResult<Promise<{ label: string }>>, { label: string }>(true);
    sameType<ExtractedResult<PromiseLike<Promise<number>>>, number>(true);
    sameType<ExtractedResult<AsyncGenerator<string, number>>, string>(true);
    sameType<ExtractedResult<Promise<AsyncIterable<string>>>, string>(true);
    sameType<ExtractedResult<ReadableStream<string>>, string>(true);
    sameType<ExtractedResult<Generator<number, string>>, number>(true);
    // oxlint-disable-next-line typescript/no-explicit-any -- what JavaScript without types returns
    type Anything = any;
    sameType<ExtractedResult<Readable>, Anything>(true);
    sameType<ExtractedResult<Anything>, Anything>(true);
    sameType<ExtractedResult<string | Promise<number>>, string | number>(true);

    instrument('m', async (text: string, limit: number) => ({ label: text, score: limit }), {
      extract: (result, args) => {
        sameType<typeof result, { label: string; score: number }>(true);
        sameType<typeof args, [text: string, limit: number]>(true);
        return result.score > 0 ? { predictedClass: result.label, confidence: result.score } : undefined;
      },
    });
    // @ts-expect-error -- a confidence is a number
    instrument('m', () => 'x', { extract: (result) => ({ confidence: result }) });
    // @ts-expect-error -- only functions can be instrumented
    expect(() => instrument('m', 17)).to.throw(TypeError);
  });
});
