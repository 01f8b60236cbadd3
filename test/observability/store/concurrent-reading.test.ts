import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect } from 'chai';
import type { WriterAnnouncement } from '../../../packages/observability/src/store/announcements.ts';
import { createStoreReader, type StoreReader } from '../../../packages/observability/src/store/store-reader.ts';
import type { RecordingTask } from './fixtures/recording-thread.ts';
import { readingsOf } from './readings.ts';

const RECORDING_THREAD = new URL('fixtures/recording-thread.ts', import.meta.url);
const THREADS = 2;

/** Of each thread, some tenths of a second: 40 million in all. */
const RECORDS = 20_000_000;

async function startThread(task: RecordingTask, reader: StoreReader): Promise<Worker> {
  const worker = new Worker(RECORDING_THREAD, { workerData: task });
  const ready = Promise.withResolvers<undefined>();
  worker.on('error', ready.reject);
  worker.on('message', (message: WriterAnnouncement | 'ready') => {
    if (message === 'ready') {
      ready.resolve(undefined);
    } else {
      reader.accept(message);
    }
  });
  await ready.promise;
  return worker;
}

describe('counts that are read while threads record', () => {
  it('never go backwards, and are all there in the end', async () => {
    const reader = createStoreReader({ now: Date.now });
    const signals = new Int32Array(new SharedArrayBuffer(8));
    const workers = await Promise.all(
      Array.from({ length: THREADS }, (_, thread) =>
        startThread({ writer: 2 * thread, times: RECORDS, signals }, reader),
      ),
    );
    const ended = Promise.all(workers.map((worker) => once(worker, 'exit')));
    const read = (): readonly number[] => {
      const readings = readingsOf(reader);
      const histogram = readings['inference.latency model_type=1:m;'] as readonly number[];
      const buckets = histogram.slice(0, -1);
      const count = buckets.reduce((total, value) => total + value, 0);
      return [readings['inference.requests model_type=1:m;'] as number, count, ...histogram];
    };
    Atomics.store(signals, 0, 1);
    Atomics.notify(signals, 0);
    let before = read();
    let reads = 0;
    let changes = 0;
    while (Atomics.load(signals, 1) < THREADS) {
      const now = read();
      reads += 1;
      changes += now[0]! > before[0]! ? 1 : 0;
      const backwards = now.findIndex((value, place) => value < before[place]!);
      if (backwards !== -1) {
        expect.fail(`value ${backwards} went from ${before[backwards]} back to ${now[backwards]} in read ${reads}`);
      }
      before = now;
    }
    await ended;
    const total = THREADS * RECORDS;
    // (0 + 1 + … + 4095) / 1024 in each round of 4,096: exact in a double.
    const rounds = Math.floor(RECORDS / 4096);
    const rest = RECORDS % 4096;
    const sum = THREADS * ((rounds * (4095 * 4096)) / 2 / 1024 + (rest * (rest - 1)) / 2 / 1024);
    expect(read()[0]).to.equal(total);
    expect(read()[1]).to.equal(total);
    expect(read().at(-1)).to.equal(sum);
    expect(changes).to.be.above(10);
  });
});
