import { fnv1a } from './fnv1a.ts';
import { tokenise } from './tokenise.ts';

/** What the document model was trained with; read from models/document.preprocessing.json. */
export interface FeatureHashing {
  readonly dimensions: number;
  readonly prefixLength: number;
  readonly stopWords: ReadonlySet<string>;
}

/**
 * Writes the features of `text` to `row`, a zeroed view of `dimensions` elements.
 *
 * Each word counts as itself and, if it is long, as its first letters too. A hash chooses the element and the sign,
 * so that collisions cancel on average (Weinberger et al., 2009). The row has length 1, or is zero without words.
 * training/feature_hashing.py does the same; models/document.vectors.json holds both to it.
 */
export function hashFeatures(text: string, row: Float32Array, hashing: FeatureHashing): void {
  // Doubles until the end, as in Python: sums of floats would round differently.
  const sums = new Float64Array(hashing.dimensions);
  for (const token of tokenise(text, hashing.stopWords)) {
    addFeature(sums, token);
    if (token.length > hashing.prefixLength) addFeature(sums, `^${token.slice(0, hashing.prefixLength)}`);
  }
  let squares = 0;
  for (const sum of sums) squares += sum * sum;
  if (squares === 0) return;
  const length = Math.sqrt(squares);
  for (const [index, sum] of sums.entries()) row[index] = sum / length;
}

function addFeature(sums: Float64Array, feature: string): void {
  const hash = fnv1a(feature);
  const index = hash % sums.length;
  sums[index] = (sums[index] ?? 0) + (hash >>> 31 === 1 ? -1 : 1);
}
