// What a service with five models might record: which model, how long it took, how sure it was, which class. All of
// it is made beforehand and the same for every library. Numbers lie in typed arrays, so that reading them costs next to
// nothing; the values vary, so that no library is measured on a path that the processor knows by heart.

/** A power of two, so that calls find theirs by a mask. */
export const INFERENCES = 4096;

const MODELS = ['document', 'image', 'ranking', 'speech', 'translation'];

/** Classes per model; a few of them make up most of the predictions, as in life. */
const CLASSES = 12;

/** Any other number would do as well. */
const SEED = 20_261_123;

export const modelTypes: string[] = [];
export const predictedClasses: string[] = [];
export const latenciesMs: Float64Array = new Float64Array(INFERENCES);
export const confidences: Float64Array = new Float64Array(INFERENCES);
export const batchSizes: Int32Array = new Int32Array(INFERENCES);

const random = mulberry32(SEED);
const classNames = MODELS.map((model) => Array.from({ length: CLASSES }, (_, place) => `${model}-class-${place}`));

for (let place = 0; place < INFERENCES; place++) {
  const model = Math.floor(random() * MODELS.length);
  modelTypes.push(MODELS[model]!);
  predictedClasses.push(classNames[model]![Math.floor(random() * random() * CLASSES)]!);
  // Medians from 20 ms to 150 ms, and a tail.
  latenciesMs[place] = Math.exp(3 + model / 2 + 0.8 * normal(random));
  confidences[place] = Math.max(0, 1 - Math.abs(0.25 * normal(random)));
  batchSizes[place] = 2 ** Math.floor(random() * random() * 7);
}

/** Numbers from 0 to 1 that are the same on every machine. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = Math.trunc(state + 0x6d_2b_79_f5);
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Box and Muller's. */
function normal(uniform: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}
