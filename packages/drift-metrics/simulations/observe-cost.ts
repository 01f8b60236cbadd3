// What it costs to count one inference, and that memory does not grow with them. Run: npm run simulate:observe-cost -w @inferometer/drift-metrics
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createCountLayout } from '../src/engine/count-layout.ts';
import { createSeededRandom } from '../src/mathematics/seeded-random.ts';
import { createObservationCounter } from '../src/monitor/count-observation.ts';
import type { DriftObservation } from '../src/monitor/observation.ts';
import { createReferenceProfile } from '../src/reference/create-reference-profile.ts';

const ROUNDS = 3000;
const random = createSeededRandom(1);
const rows = Array.from({ length: 5000 }, (_, index) => ({
  predictedClass: ['news', 'sports', 'technology'][index % 3]!,
  confidence: 1 - random() ** 2 / 2,
  features: { text_length: Math.round(500 * random()) },
}));
const layout = createCountLayout(createReferenceProfile(rows, { modelType: 'm' }));
const observations = rows.slice(0, 1000);
const parts: [name: string, observations: DriftObservation[]][] = [
  ['confidence of 20 bins', observations.map(({ confidence }) => ({ confidence }))],
  ['class', observations.map(({ predictedClass }) => ({ predictedClass }))],
  ['class, confidence and a feature', observations],
];
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapBytes = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed;
};
const before = heapBytes();
for (const [name, given] of parts) {
  const count = createObservationCounter(layout, new Float64Array(layout.length));
  let best = Infinity;
  for (let repeat = 0; repeat < 5; repeat += 1) {
    const start = performance.now();
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const observation of given) {
        count(observation);
      }
    }
    best = Math.min(best, (performance.now() - start) / ROUNDS / given.length);
  }
  console.log(`${name}: ${(best * 1e6).toFixed(1)} ns`);
}
const grown = (heapBytes() - before) / 1024;
console.log(
  `heap after ${(parts.length * 5 * ROUNDS * observations.length) / 1e6} million inferences: ${grown.toFixed(0)} KiB more`,
);
