import type { GpuDevice } from '../snapshot/gpu-snapshot.ts';
import type { GpuSource, SampleTick, TakeNote } from './gpu-source.ts';

export interface BoundedSourceParts {
  readonly name: string;
  /** How long an answer is waited for. */
  readonly timeoutMs: number;
  readonly takeNote: TakeNote;
}

/** A source whose silence does not hold up the others: while an answer is overdue, it has no devices. */
export function boundSource(source: GpuSource, parts: BoundedSourceParts): GpuSource {
  return new BoundedSource(source, parts);
}

class BoundedSource implements GpuSource {
  readonly #source: GpuSource;
  readonly #parts: BoundedSourceParts;
  #isOverdue = false;

  constructor(source: GpuSource, parts: BoundedSourceParts) {
    this.#source = source;
    this.#parts = parts;
  }

  sample(tick: SampleTick): readonly GpuDevice[] | Promise<readonly GpuDevice[]> {
    if (this.#isOverdue) {
      return [];
    }
    try {
      const answer = this.#source.sample(tick);
      // What is there already needs no timer.
      return answer instanceof Promise ? this.#await(answer) : answer;
    } catch (error) {
      return this.#fail(error);
    }
  }

  close(): void {
    this.#source.close();
  }

  async #await(sampling: Promise<readonly GpuDevice[]>): Promise<readonly GpuDevice[]> {
    const { name, timeoutMs, takeNote } = this.#parts;
    const answer = sampling.catch((error: unknown) => this.#fail(error));
    const { promise: timeout, resolve } = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => resolve(undefined), timeoutMs);
    const devices = await Promise.race([answer, timeout]);
    clearTimeout(timer);
    if (devices === undefined) {
      takeNote({ level: 'warn', cause: name, text: `${name} gave no answer for ${timeoutMs} ms.` });
      this.#isOverdue = true;
      void answer.finally(() => {
        this.#isOverdue = false;
      });
    }
    return devices ?? [];
  }

  #fail(error: unknown): readonly GpuDevice[] {
    const { name, takeNote } = this.#parts;
    takeNote({ level: 'warn', cause: name, text: `${name} failed: ${String(error)}` });
    return [];
  }
}
