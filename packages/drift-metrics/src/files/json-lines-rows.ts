import type { PredictionRow } from '../reference/prediction-row.ts';
import { BAD_ROW, isConfidence, type ParsedRow, type RowParser } from './parsed-row.ts';
import type { PredictionColumns } from './prediction-columns.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A parser, and which of the names that were asked for no line has had yet. */
export interface JsonLinesParser {
  readonly parse: RowParser;
  readonly unseenColumns: ReadonlySet<string>;
}

/**
 * Reads one JSON object a line, with the fields of `trackInference`: predictedClass, confidence, features, and correct or
 * actualClass, or the same in snake_case, or the keys that `columns` names. Lines with another modelType are of another
 * model.
 */
export function createJsonLinesParser(modelType: string, columns: PredictionColumns = {}): JsonLinesParser {
  const { features, ...single } = columns;
  const asked = [...Object.values(single), ...(features ?? [])];
  const unseenColumns = new Set(asked.filter((name) => name !== undefined));
  const parse: RowParser = (record) => {
    const value = record.trim() === '' ? undefined : parseJson(record);
    if (!isObject(value)) {
      return value === undefined ? undefined : BAD_ROW;
    }
    for (const name of unseenColumns) {
      const isFeature = isObject(value['features']) && Object.hasOwn(value['features'], name);
      if (isFeature || Object.hasOwn(value, name)) {
        unseenColumns.delete(name);
      }
    }
    return rowOf(value, modelType, columns);
  };
  return { parse, unseenColumns };
}

/** Null, which is no row, where it is no JSON. */
function parseJson(record: string): unknown {
  try {
    return JSON.parse(record);
  } catch {
    return null;
  }
}

function rowOf(value: Fields, modelType: string, columns: PredictionColumns): ParsedRow {
  const model = field(value, columns.modelType, 'modelType', 'model_type');
  if (model !== undefined && model !== modelType) {
    return { kind: 'other-model' };
  }
  const predictedClass = field(value, columns.predictedClass, 'predictedClass', 'predicted_class');
  const actualClass = field(value, columns.actualClass, 'actualClass', 'actual_class');
  const confidence = field(value, columns.confidence, 'confidence');
  const correct = truthOf(field(value, columns.correct, 'correct'));
  const features = value['features'] ?? undefined;
  if (
    !isConfidence(confidence) ||
    !isClass(predictedClass) ||
    !isClass(actualClass) ||
    !(features === undefined || isObject(features)) ||
    correct === 'bad'
  ) {
    return BAD_ROW;
  }
  const chosen = columns.features === undefined ? features : chosenFeatures(value, features, columns.features);
  return {
    kind: 'row',
    row: { predictedClass, confidence, correct, actualClass, features: chosen as PredictionRow['features'] },
  };
}

/** The value under the name that was asked for, else under the first usual one that is there. */
function field(fields: Fields, asked: string | undefined, ...usual: readonly string[]): unknown {
  return asked === undefined
    ? usual.reduce<unknown>((found, name) => found ?? own(fields, name), undefined)
    : own(fields, asked);
}

function own(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function chosenFeatures(fields: Fields, features: Fields | undefined, names: readonly string[]): Fields {
  return Object.fromEntries(names.map((name) => [name, (features && own(features, name)) ?? own(fields, name)]));
}

function truthOf(value: unknown): boolean | null | undefined | 'bad' {
  switch (value) {
    case undefined:
    case null:
    case true:
    case false:
      return value;
    case 1:
      return true;
    case 0:
      return false;
    default:
      return 'bad';
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isClass(value: unknown): value is string | number | boolean | null | undefined {
  return typeof value !== 'object' || value === null;
}
