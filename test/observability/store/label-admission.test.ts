import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import {
  createAdmissionTable,
  createLabelAdmission,
} from '../../../packages/observability/src/store/label-admission.ts';

const ADMITTING_THREAD = new URL('fixtures/admitting-thread.ts', import.meta.url);

/** Has threads that all start in the same moment ask for values in `scope`; gives what each was told. */
async function race(
  table: SharedArrayBuffer,
  values: readonly (readonly string[])[],
  limit: number,
): Promise<readonly (readonly boolean[])[]> {
  const start = new Int32Array(new SharedArrayBuffer(4));
  const workers = values.map(
    (own) => new Worker(ADMITTING_THREAD, { workerData: { table, start, values: own, limit } }),
  );
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')));
    const answers = workers.map((worker) => once(worker, 'message'));
    Atomics.store(start, 0, 1);
    Atomics.notify(start, 0);
    return (await Promise.all(answers)).map(([answer]) => answer as readonly boolean[]);
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function admittedAmong(values: readonly string[], answers: readonly boolean[]): string[] {
  return values.filter((_, place) => answers[place]);
}

describe('label values', () => {
  it('have places until the limit of their scope is reached, for ever', () => {
    const admission = createLabelAdmission(createAdmissionTable(0));
    const admitted = (scope: string, values: readonly string[]): boolean[] =>
      values.map((value) => admission.admit(scope, value, 2));
    expect(admitted('a', ['x', 'y', 'z', 'x', 'y', 'z'])).to.deep.equal([true, true, false, true, true, false]);
    expect(admitted('b', ['z', 'x', 'y'])).to.deep.equal([true, true, false]);
    expect(admitted('a', ['x', 'y', 'z'])).to.deep.equal([true, true, false]);
  });

  it('of one scope are no values of another, however the two are put together', () => {
    const admission = createLabelAdmission(createAdmissionTable(0));
    expect(admission.admit('ab', 'c', 1)).to.equal(true);
    expect(admission.admit('a', 'bc', 1)).to.equal(true);
    expect(admission.admit('a', 'bd', 1)).to.equal(false);
    expect(admission.admit('', 'abc', 1)).to.equal(true);
  });

  it('may be anything that a text can hold', () => {
    const admission = createLabelAdmission(createAdmissionTable(0));
    const values = ['', '\0', '\0\0', '__proto__', '\ud800', '\ud801', '😀', 'x'.repeat(256), '\u2028'];
    for (const value of [...values, ...values]) {
      expect(admission.admit('scope', value, values.length)).to.equal(true);
    }
    expect(admission.admit('scope', 'one more', values.length)).to.equal(false);
  });

  it('find room up to a limit of 100,000', () => {
    const admission = createLabelAdmission(createAdmissionTable(100_000));
    let admitted = 0;
    for (let index = 0; index < 101_000; index++) {
      admitted += admission.admit('scope', `value ${index}`, 100_000) ? 1 : 0;
    }
    expect(admitted).to.equal(100_000);
  });

  it('are refused, and quickly, when the whole table is full', () => {
    const admission = createLabelAdmission(createAdmissionTable(0));
    const before = performance.now();
    let admitted = 0;
    for (let index = 0; index < 200_000; index++) {
      admitted += admission.admit(`scope ${index % 10}`, `value ${index}`, 1e9) ? 1 : 0;
    }
    expect(admitted).to.be.within(50_000, 65_536);
    expect(performance.now() - before).to.be.below(4000);
  });

  it('that several threads meet first at the same time take one place each', async () => {
    const table = createAdmissionTable(0);
    const values = Array.from({ length: 2000 }, (_, index) => `value ${index}`);
    await race(table, [values, values, values, values], 2000);
    const admission = createLabelAdmission(table);
    // A thread may be told no while another holds a place that it then gives back; in the end there is room for all.
    const answers = values.map((value) => admission.admit('race', value, 2000));
    expect(answers).to.not.include(false);
    expect(admission.admit('race', 'one more', 2000)).to.equal(false);
  });

  it('are admitted up to the limit and never beyond it, however many threads ask', async () => {
    const table = createAdmissionTable(0);
    const values = [0, 1, 2, 3].map((thread) => Array.from({ length: 3000 }, (_, index) => `${thread % 2} ${index}`));
    const answers = await race(table, values, 100);
    const admitted = new Set(values.flatMap((own, thread) => admittedAmong(own, answers[thread]!)));
    expect(admitted.size).to.be.within(90, 100);
    const admission = createLabelAdmission(table);
    for (const value of admitted) {
      expect(admission.admit('race', value, 100)).to.equal(true);
    }
    const later = Array.from({ length: 200 }, (_, index) => admission.admit('race', `later ${index}`, 100));
    expect(admitted.size + later.filter(Boolean).length).to.equal(100);
  });
});
