import type { PredictionRow } from '../reference/prediction-row.ts';

/** What a record of a file is: a prediction, one of another model, or one that cannot be read. */
export type ParsedRow =
  | { readonly kind: 'row'; readonly row: PredictionRow }
  | { readonly kind: 'other-model' }
  | { readonly kind: 'bad' };

/** Reads one record after the other; undefined for what is no record, like a header or an empty line. */
export type RowParser = (record: string) => ParsedRow | undefined;

export const BAD_ROW: ParsedRow = { kind: 'bad' };

/** A confidence that cannot be one makes a row bad: taking it as missing would hide that the column is another one. */
export function isConfidence(value: unknown): value is number | null | undefined {
  return value === undefined || value === null || (typeof value === 'number' && value >= 0 && value <= 1);
}
