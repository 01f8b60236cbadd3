import { constants, createReadStream, createWriteStream, openSync } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Predictions in a file that can be read twice. */
export interface PredictionInput {
  readonly path: string;
  /** What messages call it. */
  readonly name: string;
  /** Removes what was made for it. */
  dispose(): Promise<void>;
}

/** A file as it is; standard input (`-`) and pipes through a temporary file, since they can be read but once. */
export async function openPredictionInput(from: string, signal: AbortSignal): Promise<PredictionInput> {
  if (from === '-') {
    return await keepStream(process.stdin, 'standard input', signal);
  }
  const isPipe = await stat(from).then(
    (file) => file.isFIFO(),
    // Whoever reads it says why it cannot be read.
    () => false,
  );
  return isPipe
    ? await keepStream(openPipe(from), from, signal)
    : { path: from, name: from, dispose: () => Promise.resolve() };
}

/**
 * A file stream would open and read a pipe in threads of libuv's pool, which wait there for a writer, and for which the
 * process waits at its end, whatever signal it gets. This one waits in the event loop, as standard input does.
 */
function openPipe(path: string): Readable {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return new Socket({ fd, readable: true, writable: false });
}

async function keepStream(stream: Readable, name: string, signal: AbortSignal): Promise<PredictionInput> {
  const folder = await mkdtemp(join(tmpdir(), 'inferometer-'));
  const dispose = (): Promise<void> => rm(folder, { recursive: true, force: true });
  const path = join(folder, 'predictions');
  try {
    await pipeline(stream, createWriteStream(path, { mode: 0o600 }), { signal });
  } catch (error) {
    await dispose();
    throw error;
  }
  return { path, name, dispose };
}

/** What a file holds by its name, else by its first character that is no space: JSON lines begin with `{`. */
export async function formatOfInput({ path }: PredictionInput): Promise<'csv' | 'jsonl'> {
  if (/\.(csv|tsv)$/i.test(path)) {
    return 'csv';
  }
  if (/\.(jsonl|ndjson|json)$/i.test(path)) {
    return 'jsonl';
  }
  for await (const bytes of createReadStream(path) as AsyncIterable<Uint8Array>) {
    const [first] = new TextDecoder().decode(bytes).trimStart();
    if (first !== undefined) {
      return first === '{' ? 'jsonl' : 'csv';
    }
  }
  return 'csv';
}
