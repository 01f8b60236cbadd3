import { categoryText } from './category-text.ts';
import type { PredictionRow } from './prediction-row.ts';

/** Whether the row's prediction was right; undefined where the row does not tell. */
export function outcomeOf(row: PredictionRow): boolean | undefined {
  if (typeof row.correct === 'boolean') {
    return row.correct;
  }
  const actual = categoryText(row.actualClass);
  const predicted = categoryText(row.predictedClass);
  return actual === undefined || predicted === undefined ? undefined : actual === predicted;
}
