import type { PredictionRow } from '../reference/prediction-row.ts';
import { BAD_ROW, isConfidence, type ParsedRow, type RowParser } from './parsed-row.ts';

/**
 * Reads one JSON object a line, with the fields of `trackInference`: predictedClass, confidence, features, and correct or
 * actualClass, or the same in snake_case. Lines with another modelType are of another model.
 */
export function createJsonLinesParser(modelType: string): RowParser {
  return (record) => (record.trim() === '' ? undefined : parseLine(record, modelType));
}

function parseLine(record: string, modelType: string): ParsedRow {
  let value: unknown;
  try {
    value = JSON.parse(record);
  } catch {
    return BAD_ROW;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return BAD_ROW;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const model = fields['modelType'] ?? fields['model_type'];
  if (model !== undefined && model !== modelType) {
    return { kind: 'other-model' };
  }
  const predictedClass = fields['predictedClass'] ?? fields['predicted_class'];
  const actualClass = fields['actualClass'] ?? fields['actual_class'];
  const { confidence, features, correct } = fields;
  if (
    !isConfidence(confidence) ||
    !isClass(predictedClass) ||
    !isClass(actualClass) ||
    !(features === undefined || features === null || (typeof features === 'object' && !Array.isArray(features))) ||
    !(correct === undefined || correct === null || typeof correct === 'boolean')
  ) {
    return BAD_ROW;
  }
  return {
    kind: 'row',
    row: {
      predictedClass,
      confidence,
      correct,
      actualClass,
      features: (features ?? undefined) as PredictionRow['features'],
    },
  };
}

function isClass(value: unknown): value is string | number | boolean | null | undefined {
  return typeof value !== 'object' || value === null;
}
