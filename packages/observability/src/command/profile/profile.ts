import {
  DriftConfigurationError,
  profileFromFile,
  ReferenceProfileError,
  saveReferenceProfile,
  type ProfileReport,
} from '@inferometer/drift-metrics';
import { access, constants, realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from '../usage-error.ts';
import { formatOfInput, openPredictionInput } from './prediction-input.ts';
import { PROFILE_HELP, readProfileRequest, type ProfileRequest } from './profile-request.ts';
import { describeBadRows, describeProfile } from './profile-summary.ts';
import { createProgressLine } from './progress-line.ts';

/** Exit codes of a program that a signal ended, as shells have them. */
const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/** No reference could be made; the message says why. */
class NoProfile extends Error {
  override readonly name = 'NoProfile';
}

/** Makes a reference profile of a file of predictions. @returns the exit code */
export async function profile(args: string[]): Promise<number> {
  const request = readProfileRequest(args);
  if (request === undefined) {
    process.stdout.write(PROFILE_HELP);
    return 0;
  }
  const ending = new AbortController();
  const end = (signal: NodeJS.Signals): void => ending.abort(signal);
  process.once('SIGINT', end).once('SIGTERM', end);
  try {
    await checkOutput(request);
    const report = await readPredictions(request, ending.signal);
    writeProfile(report, request);
    return 0;
  } catch (error) {
    if (ending.signal.aborted) {
      return SIGNAL_EXIT_CODES[ending.signal.reason as keyof typeof SIGNAL_EXIT_CODES];
    }
    return exitCodeOf(error);
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
  }
}

/** Before hours of reading, not after them. */
async function checkOutput({ from, output }: ProfileRequest): Promise<void> {
  if (output === '-') {
    return;
  }
  const [input, place] = await Promise.all([from, output].map((path) => realpath(path).catch(() => undefined)));
  if (input !== undefined && input === place) {
    throw new UsageError(`-o must be another file than --from, received "${output}" for both.`);
  }
  try {
    await access(dirname(output), constants.W_OK);
  } catch (error) {
    throw new NoProfile(`nothing can be written to the folder of ${output}: ${messageOf(error)}.`);
  }
}

async function readPredictions(request: ProfileRequest, signal: AbortSignal): Promise<ProfileReport> {
  const input = await openPredictionInput(request.from, signal);
  const progress = createProgressLine(request.isQuiet ? { write: () => {} } : process.stderr, () => performance.now());
  try {
    const { modelType, modelVersion, columns, bins, confidenceBins, maximumCategories } = request;
    return await profileFromFile(input.path, {
      modelType,
      modelVersion,
      columns,
      bins,
      confidenceBins,
      maximumCategories,
      format: request.format ?? (await formatOfInput(input)),
      source: input.name,
      onProgress: (reached) => progress.show(reached),
      signal,
    });
  } finally {
    progress.clear();
    await input.dispose();
  }
}

function writeProfile(report: ProfileReport, { output, isStrict, isQuiet }: ProfileRequest): void {
  const { rows, badRows } = report;
  if (badRows > 0 && (isStrict || badRows > rows)) {
    const why = isStrict ? '' : `, and only ${rows.toLocaleString('en')} are good: it may be a file of another kind`;
    throw new NoProfile(`no reference is written, because rows are bad (${describeBadRows(report)})${why}.`);
  }
  if (output === '-') {
    process.stdout.write(`${JSON.stringify(report.profile, undefined, 2)}\n`);
  } else {
    saveReferenceProfile(report.profile, output);
  }
  if (!isQuiet) {
    (output === '-' ? process.stderr : process.stdout).write(describeProfile(report, output));
  }
}

/** @throws what is no mistake of the user's */
function exitCodeOf(error: unknown): number {
  if (DriftConfigurationError.isInstance(error)) {
    throw new UsageError(error.message);
  }
  const isExpected = error instanceof NoProfile || ReferenceProfileError.isInstance(error) || hasCode(error);
  if (!isExpected) {
    throw error;
  }
  process.stderr.write(`inferometer: ${messageOf(error)}\n`);
  return 1;
}

/** Whether the system said it: no space left for standard input, no such file. */
function hasCode(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
