import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { DriftConfigurationError } from '../errors/drift-configuration-error.ts';
import { ReferenceProfileError } from '../errors/reference-profile-error.ts';
import { ProfileBuilder } from '../reference/profile-builder.ts';
import { resolveReferenceOptions, type ReferenceOptions } from '../reference/reference-options.ts';
import type { ReferenceProfile } from '../reference/reference-profile.ts';
import { createCsvParser } from './csv-rows.ts';
import { createJsonLinesParser } from './json-lines-rows.ts';
import { BAD_ROW, type ParsedRow, type RowParser } from './parsed-row.ts';
import type { PredictionColumns } from './prediction-columns.ts';
import { createRecordSplitter } from './record-splitter.ts';

/** How far the reading of a file has come; it is read twice. */
export interface ProfileProgress {
  readonly pass: 1 | 2;
  /** Of both passes together, from 0 to 1. */
  readonly done: number;
  readonly bytesRead: number;
  readonly totalBytes: number;
  /** Of this pass. */
  readonly rows: number;
  readonly badRows: number;
}

/** What was read of a file, beside the profile. */
export interface ProfileReport {
  readonly profile: ReferenceProfile;
  /** Predictions that went in. */
  readonly rows: number;
  /** Records that could not be read: not JSON, too few or too many cells, a confidence that is no number from 0 to 1. */
  readonly badRows: number;
  /** Numbers of the lines on which the first bad records begin, counted from 1, the header included. */
  readonly firstBadLines: readonly number[];
  /** Predictions of other models. */
  readonly otherModelRows: number;
  /** Columns of a CSV file that nothing was taken from. */
  readonly ignoredColumns: readonly string[];
  /** Features beyond the 100 that one model may have, and those whose name is empty or longer than 256 characters. */
  readonly ignoredFeatures: readonly string[];
}

export interface ProfileFromFileOptions extends ReferenceOptions {
  /** Default: by the end of the name, `.csv` and `.tsv`, or `.jsonl`, `.ndjson` and `.json`. */
  readonly format?: 'csv' | 'jsonl' | undefined;
  /** Where the columns of a CSV file, or the keys of JSON lines, are called otherwise. */
  readonly columns?: PredictionColumns | undefined;
  /** What messages call the file; default its path. */
  readonly source?: string | undefined;
  /** Called now and then, at the end of each pass in any case. */
  readonly onProgress?: ((progress: ProfileProgress) => void) | undefined;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** Read at once. Progress is told after each, but not more often than every {@link PROGRESS_BYTES}. */
const CHUNK_BYTES = 256 * 1024;
const PROGRESS_BYTES = 4 * 1024 * 1024;
/** Enough to find what is wrong. */
const BAD_LINES_TOLD = 10;

/**
 * Makes a reference profile of a file of predictions, CSV or JSON lines, which may be larger than memory: it is read
 * twice, first to learn the bins, then to count into them. This is what `inferometer profile` does.
 *
 * @throws ReferenceProfileError where the file cannot be read or holds nothing to compare with
 * @throws DriftConfigurationError for a wrong option
 */
export async function profileFromFile(path: string, options: ProfileFromFileOptions): Promise<ProfileReport> {
  const builder = new ProfileBuilder(resolveReferenceOptions(options));
  const format = options.format ?? formatOf(path);
  const learned = await readPass(path, format, options, 1, (row) => builder.learn(row));
  if (learned.rows === 0 && learned.badRows > 0) {
    throw new ReferenceProfileError(
      'empty',
      `${options.source ?? path} has no row that can be read: ${learned.badRows} are bad, the first on lines ` +
        `${learned.firstBadLines.join(', ')}.`,
    );
  }
  builder.beginCounting();
  const report = await readPass(path, format, options, 2, (row) => builder.count(row));
  return { ...report, profile: builder.finish(), ignoredFeatures: [...builder.ignoredFeatures] };
}

function formatOf(path: string): 'csv' | 'jsonl' {
  if (/\.(csv|tsv)$/i.test(path)) {
    return 'csv';
  }
  if (/\.(jsonl|ndjson|json)$/i.test(path)) {
    return 'jsonl';
  }
  throw new DriftConfigurationError(
    'format',
    'must be told where the name does not end with .csv or .jsonl',
    path,
    'give "csv" or "jsonl"',
  );
}

type Row = Extract<ParsedRow, { kind: 'row' }>['row'];

async function readPass(
  path: string,
  format: 'csv' | 'jsonl',
  options: ProfileFromFileOptions,
  pass: 1 | 2,
  take: (row: Row) => void,
): Promise<Omit<ProfileReport, 'profile' | 'ignoredFeatures'>> {
  const csv = createCsvParser(options.modelType, options.source ?? path, options.columns);
  const jsonLines = createJsonLinesParser(options.modelType, options.columns);
  const parse: RowParser = format === 'csv' ? csv.parse : jsonLines.parse;
  const splitter = createRecordSplitter(format === 'csv');
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const totalBytes = await sizeOf(path);
  const firstBadLines: number[] = [];
  let [rows, badRows, otherModelRows, bytesRead, bytesTold] = [0, 0, 0, 0, 0];

  const takeChunk = (chunk: string, last: boolean): void => {
    for (const { line, text: record } of splitter.split(chunk, last)) {
      const text = line === 1 ? record?.replace(/^\uFEFF/, '') : record;
      const parsed = text === undefined ? BAD_ROW : parse(text);
      if (parsed?.kind === 'row') {
        rows += 1;
        take(parsed.row);
      } else if (parsed?.kind === 'other-model') {
        otherModelRows += 1;
      } else if (parsed !== undefined) {
        badRows += 1;
        if (firstBadLines.length < BAD_LINES_TOLD) {
          firstBadLines.push(line);
        }
      }
    }
  };
  const tell = (): void => {
    const share = totalBytes === 0 ? 1 : Math.min(1, bytesRead / totalBytes);
    bytesTold = bytesRead;
    options.onProgress?.({ pass, done: (pass - 1 + share) / 2, bytesRead, totalBytes, rows, badRows });
  };

  for await (const bytes of chunksOf(path, options.signal)) {
    bytesRead += bytes.length;
    takeChunk(decoder.decode(bytes, { stream: true }), false);
    if (bytesRead - bytesTold >= PROGRESS_BYTES) {
      tell();
    }
  }
  takeChunk(decoder.decode(), true);
  tell();
  const [unseen] = jsonLines.unseenColumns;
  if (format === 'jsonl' && unseen !== undefined && rows > 0) {
    throw new ReferenceProfileError(
      'foreign',
      `${options.source ?? path} has no ${JSON.stringify(unseen)} on any of its lines.`,
    );
  }
  return { rows, badRows, firstBadLines, otherModelRows, ignoredColumns: format === 'csv' ? csv.ignoredColumns : [] };
}

async function sizeOf(path: string): Promise<number> {
  let file;
  try {
    file = await stat(path);
  } catch (error) {
    throw unreadable(path, error);
  }
  if (!file.isFile()) {
    // It has to be read twice, which no pipe allows.
    throw new ReferenceProfileError('unreadable', `${path} cannot be read: it is not a file.`);
  }
  return file.size;
}

async function* chunksOf(path: string, signal: AbortSignal | undefined): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: CHUNK_BYTES, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    throw signal?.aborted === true ? error : unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): ReferenceProfileError {
  const reason = error instanceof Error ? error.message : String(error);
  return new ReferenceProfileError('unreadable', `${path} cannot be read: ${reason}.`, { cause: error });
}
