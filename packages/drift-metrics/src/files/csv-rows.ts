import { ReferenceProfileError } from '../errors/reference-profile-error.ts';
import { csvCells } from './csv-cells.ts';
import { BAD_ROW, isConfidence, type ParsedRow, type RowParser } from './parsed-row.ts';
import type { PredictionColumns } from './prediction-columns.ts';

/** A parser, and what it found in the header once it has read one. */
export interface CsvParser {
  readonly parse: RowParser;
  /** Columns that nothing is taken from. */
  readonly ignoredColumns: readonly string[];
}

const SEPARATORS = [',', ';', '\t'];
const FEATURE_COLUMN = /^features?\.(.+)$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const INFINITIES: Readonly<Record<string, number>> = {
  inf: Infinity,
  '-inf': -Infinity,
  infinity: Infinity,
  '-infinity': -Infinity,
};
/** How programs write that there is no value. */
const NO_VALUE = new Set(['', 'nan', 'null']);

/**
 * Reads CSV with a header (RFC 4180; comma, semicolon or tab, whichever the header has).
 *
 * @param source what messages call the file
 */
export function createCsvParser(modelType: string, source: string, columns: PredictionColumns = {}): CsvParser {
  return new HeaderedCsv(modelType, source, columns);
}

class HeaderedCsv implements CsvParser {
  readonly ignoredColumns: string[] = [];
  readonly #modelType: string;
  readonly #source: string;
  readonly #columns: PredictionColumns;
  #separator = '';
  #width = 0;
  #places: { readonly [field: string]: number | undefined } = {};
  #features: readonly (readonly [name: string, place: number])[] = [];

  constructor(modelType: string, source: string, columns: PredictionColumns) {
    this.#modelType = modelType;
    this.#source = source;
    this.#columns = columns;
  }

  readonly parse: RowParser = (record) => {
    if (record.trim() === '') {
      return undefined;
    }
    if (this.#separator === '') {
      this.#readHeader(record.replace(/^\uFEFF/, ''));
      return undefined;
    }
    const cells = csvCells(record, this.#separator);
    return cells === undefined || cells.length !== this.#width ? BAD_ROW : this.#rowOf(cells);
  };

  #readHeader(record: string): void {
    const counted = SEPARATORS.map((separator) => [record.split(separator).length, separator] as const);
    this.#separator = counted.reduce((most, next) => (next[0] > most[0] ? next : most))[1];
    const names = (csvCells(record, this.#separator) ?? []).map((name) => name.trim());
    this.#width = names.length;
    const place = (...candidates: readonly (string | undefined)[]): number | undefined => {
      const found = candidates
        .map((name) => (name === undefined ? -1 : names.indexOf(name)))
        .find((index) => index !== -1);
      return found;
    };
    const { predictedClass, confidence, actualClass, correct, modelType, features } = this.#columns;
    const asked = [predictedClass, confidence, actualClass, correct, modelType, ...(features ?? [])];
    const absent = asked.find((name) => name !== undefined && !names.includes(name));
    if (absent !== undefined) {
      throw new ReferenceProfileError(
        'foreign',
        `${this.#source} has no column ${JSON.stringify(absent)}; its first line must name the columns.`,
      );
    }
    this.#places = {
      predictedClass: place(predictedClass ?? 'predictedClass', predictedClass ?? 'predicted_class'),
      confidence: place(confidence ?? 'confidence'),
      actualClass: place(actualClass ?? 'actualClass', actualClass ?? 'actual_class'),
      correct: place(correct ?? 'correct'),
      modelType: place(modelType ?? 'modelType', modelType ?? 'model_type'),
    };
    this.#features = names.flatMap((name, index) => {
      const feature =
        features === undefined ? FEATURE_COLUMN.exec(name)?.[1] : features.includes(name) ? name : undefined;
      return feature === undefined ? [] : [[feature, index] as const];
    });
    const used = new Set([...Object.values(this.#places), ...this.#features.map(([, index]) => index)]);
    this.ignoredColumns.push(...names.filter((_, index) => !used.has(index)));
    if (used.size === 1 && used.has(undefined)) {
      throw new ReferenceProfileError(
        'foreign',
        `${this.#source} has none of the columns predictedClass, confidence, actualClass, correct, feature.<name>; its ` +
          'first line must name the columns.',
      );
    }
  }

  #rowOf(cells: readonly string[]): ParsedRow {
    const cell = (field: string): string | undefined => {
      const place = this.#places[field];
      return place === undefined ? undefined : cells[place]!.trim();
    };
    const model = cell('modelType');
    if (model !== undefined && model !== this.#modelType) {
      return { kind: 'other-model' };
    }
    const confidence = valueOf(cell('confidence'));
    const correct = truthOf(cell('correct'));
    if (!isConfidence(confidence) || correct === 'bad') {
      return BAD_ROW;
    }
    const entries = this.#features.map(([name, place]) => [name, valueOf(cells[place]!.trim())] as const);
    const features = entries.length === 0 ? {} : { features: Object.fromEntries(entries) };
    return {
      kind: 'row',
      row: {
        predictedClass: textOf(cell('predictedClass')),
        actualClass: textOf(cell('actualClass')),
        confidence,
        correct,
        ...features,
      },
    };
  }
}

function textOf(cell: string | undefined): string | null | undefined {
  return cell === '' ? null : cell;
}

function valueOf(cell: string | undefined): number | string | boolean | null | undefined {
  if (cell === undefined) {
    return undefined;
  }
  const lower = cell.toLowerCase();
  if (NO_VALUE.has(lower)) {
    return null;
  }
  if (NUMBER.test(cell)) {
    return Number(cell);
  }
  return INFINITIES[lower] ?? (lower === 'true' ? true : lower === 'false' ? false : cell);
}

function truthOf(cell: string | undefined): boolean | undefined | 'bad' {
  switch (cell?.toLowerCase()) {
    case undefined:
    case '':
      return undefined;
    case 'true':
    case '1':
      return true;
    case 'false':
    case '0':
      return false;
    default:
      return 'bad';
  }
}
