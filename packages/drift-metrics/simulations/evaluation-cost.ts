// What it costs to judge 100 models with 3 signals of 20 bins whose panes all close at once, and what they take in memory.
// Run: npm run simulate:evaluation-cost -w @inferometer/drift-metrics
import { createDriftEngine, driftStateLength } from '../src/engine/drift-engine.ts';
import { createSeededRandom } from '../src/mathematics/seeded-random.ts';
import { createReferenceProfile } from '../src/reference/create-reference-profile.ts';
import { multinomial } from './multinomial.ts';

const MODELS = 100;
const EVENTS_PER_PANE = 200;
const random = createSeededRandom(1);
const rows = Array.from({ length: 5000 }, (_, index) => ({
  predictedClass: `class ${index % 18}`,
  confidence: random(),
  features: { size: random() },
}));
const models = Array.from({ length: MODELS }, (_, index) => {
  const modelType = `model ${index}`;
  const reference = createReferenceProfile(rows, { modelType, bins: 18, confidenceBins: 18 });
  return { modelType, reference };
});
const engine = createDriftEngine(models);
const counted = models.map(({ modelType }) => ({
  modelType,
  counts: new Float64Array(engine.layout(modelType)!.length),
}));
engine.update(counted, 1e12);
const bins = 20;
const shares = Array.from({ length: 18 }, () => 1 / 18);
const pane = new Float64Array(shares.length);
const times: number[] = [];
for (let minute = 1; minute <= 200; minute += 1) {
  for (const { counts } of counted) {
    for (let offset = 0; offset < counts.length; offset += bins) {
      multinomial(random, EVENTS_PER_PANE, shares, pane);
      for (const [bin, count] of pane.entries()) {
        counts[offset + bin]! += count;
      }
    }
  }
  const start = performance.now();
  engine.update(counted, 1e12 + minute * 60_000);
  times.push(performance.now() - start);
}
const settled = times.slice(100).sort((a, b) => a - b);
const bytes = 8 * driftStateLength(models[0]!.reference);
console.log(`${MODELS} models: median ${settled[50]!.toFixed(1)} ms, 90% below ${settled[90]!.toFixed(1)} ms`);
console.log(`panes, alerts and counts of one model: ${(bytes / 1024).toFixed(1)} KiB`);
