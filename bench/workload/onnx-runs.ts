import { InferenceSession, Tensor } from 'onnxruntime-node';
import { matrixModel } from '../onnx/matrix-model.ts';
import type { Work } from './work.ts';

// Before the first session, or it tells Microsoft of this process (docs/decisions/0019).
process.env['ORT_DISABLE_TELEMETRY'] ??= '1';

/** Requests that arrive at the same time. */
export const CONCURRENT_RUNS = 8;

/** One product of such matrices takes tens of milliseconds on two cores. */
const MATRIX_SIZE = 1024;

/** Enough for an idea of how long one takes. */
const PROBE_PRODUCTS = 4;

/**
 * Eight runs of onnxruntime-node at any time, until the time is over. Each is a synchronous call in a callback of its own:
 * between two of them promises are settled, and nothing else gets a turn before all eight have had theirs.
 */
export async function prepare(): Promise<Work> {
  const input = new Tensor('float32', new Float32Array(MATRIX_SIZE ** 2).fill(1 / MATRIX_SIZE), [
    MATRIX_SIZE,
    MATRIX_SIZE,
  ]);
  const probe = await InferenceSession.create(matrixModel(MATRIX_SIZE, PROBE_PRODUCTS));
  await probe.run({ input });
  const start = performance.now();
  await probe.run({ input });
  const productMs = (performance.now() - start) / PROBE_PRODUCTS;
  return async (forMs, record) => {
    // Sized so that the event loop gets about one turn in all that time.
    const products = Math.max(1, Math.round(forMs / CONCURRENT_RUNS / productMs));
    const session = await InferenceSession.create(matrixModel(MATRIX_SIZE, products));
    const end = performance.now() + forMs;
    let recorded = 0;
    const requests = Array.from({ length: CONCURRENT_RUNS }, async () => {
      while (performance.now() < end) {
        await session.run({ input });
        record(recorded);
        recorded += 1;
      }
    });
    await Promise.all(requests);
    return recorded;
  };
}
