export interface Prediction {
  readonly predictedClass: string;
  /** The probability of that class, 0 to 1. */
  readonly confidence: number;
}

/** The likeliest class of each row of `probabilities`, which holds one element per class and row. */
export function likeliestClasses(probabilities: Float32Array, classes: readonly string[]): Prediction[] {
  const predictions: Prediction[] = [];
  for (let start = 0; start < probabilities.length; start += classes.length) {
    predictions.push(likeliestClass(probabilities.subarray(start, start + classes.length), classes));
  }
  return predictions;
}

function likeliestClass(probabilities: Float32Array, classes: readonly string[]): Prediction {
  const confidence = Math.max(...probabilities);
  const predictedClass = classes[probabilities.indexOf(confidence)];
  if (predictedClass === undefined)
    throw new RangeError(`no likeliest class among ${probabilities.length} probabilities`);
  return { predictedClass, confidence };
}
