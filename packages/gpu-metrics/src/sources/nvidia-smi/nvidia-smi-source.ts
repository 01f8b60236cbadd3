import { type ChildProcess, spawn } from 'node:child_process';
import { LineSplitter } from '../../sampler/line-splitter.ts';
import type { GpuDevice } from '../../snapshot/gpu-snapshot.ts';
import type { GpuSource, SampleTick, SourceOpening, TakeNote } from '../gpu-source.ts';
import { readSmiLine, SMI_FIELDS } from './nvidia-smi-fields.ts';

export interface NvidiaSmiSourceParts {
  /** Path of `nvidia-smi`. */
  readonly path: string;
  readonly intervalMs: number;
  readonly takeNote: TakeNote;
  /** Milliseconds from a fixed point. */
  readonly now: () => number;
}

/** Without persistence mode each GPU is initialised anew, some seconds for each. */
const FIRST_LINE_MS = 30_000;

/** A line counts for this many intervals, so that a GPU which is no longer printed disappears. */
const FRESH_INTERVALS = 2.5;

/** With a program that ends at once, a new attempt comes at the latest after so many ticks. */
const MOST_TICKS_BETWEEN_ATTEMPTS = 64;

/** The end of what it says is enough to see why it ended. */
const COMPLAINT_LENGTH = 400;

const UNKNOWN_FIELD = /Field "([^"]+)" is not a valid field to query/;

/** Exit codes of `nvidia-smi` where there is nothing to ask: no such object, no driver, no library. */
const NO_GPU: ReadonlySet<number | null> = new Set([6, 9, 12]);

/** Looks for NVIDIA's GPUs through a `nvidia-smi` that is kept running. Starting it takes a second of CPU time. */
export async function openNvidiaSmiSource(parts: NvidiaSmiSourceParts): Promise<SourceOpening> {
  const source = new NvidiaSmiSource(parts);
  const reason = await source.open();
  if (reason !== undefined) {
    source.close();
    return { kind: 'empty', reason };
  }
  return { kind: 'open', source };
}

interface PrintedDevice {
  readonly device: GpuDevice;
  readonly atMs: number;
}

class NvidiaSmiSource implements GpuSource {
  readonly #parts: NvidiaSmiSourceParts;
  readonly #printed = new Map<string, PrintedDevice>();
  #fields: readonly string[] = SMI_FIELDS;
  #child: ChildProcess | undefined;
  #complaint = '';
  #isClosed = false;
  #ticksUntilAttempt = 0;
  #ticksBetweenAttempts = 1;
  #opening: ((reason: string | undefined) => void) | undefined;

  constructor(parts: NvidiaSmiSourceParts) {
    this.#parts = parts;
  }

  /** Why there is no GPU here, or undefined once one was printed. */
  async open(): Promise<string | undefined> {
    const { promise, resolve } = Promise.withResolvers<string | undefined>();
    const timer = setTimeout(() => resolve('nvidia-smi printed nothing'), FIRST_LINE_MS);
    this.#opening = resolve;
    this.#start();
    const reason = await promise;
    clearTimeout(timer);
    this.#opening = undefined;
    return reason;
  }

  async sample(_tick: SampleTick): Promise<readonly GpuDevice[]> {
    if (this.#child === undefined) {
      this.#tryAgain();
    }
    const oldest = this.#parts.now() - FRESH_INTERVALS * this.#parts.intervalMs;
    return [...this.#printed.values()].filter(({ atMs }) => atMs >= oldest).map(({ device }) => device);
  }

  close(): void {
    this.#isClosed = true;
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  #tryAgain(): void {
    if (this.#ticksUntilAttempt > 0) {
      this.#ticksUntilAttempt -= 1;
      return;
    }
    this.#ticksUntilAttempt = this.#ticksBetweenAttempts - 1;
    this.#ticksBetweenAttempts = Math.min(this.#ticksBetweenAttempts * 2, MOST_TICKS_BETWEEN_ATTEMPTS);
    this.#start();
  }

  #start(): void {
    const { path, intervalMs } = this.#parts;
    const args = [`--query-gpu=${this.#fields.join(',')}`, '--format=csv,noheader', `--loop-ms=${intervalMs}`];
    const child = spawn(path, args, {
      env: { ...process.env, LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'pipe'],
      windowsHide: true,
    });
    this.#child = child;
    this.#complaint = '';
    const fields = this.#fields;
    const lines = new LineSplitter((line) => this.#accept(line, fields));
    child.stdout.setEncoding('utf8').on('data', (text: string) => lines.write(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#complain(text));
    child.once('error', (error) => {
      this.#complain(error.message);
      this.#ended(child, null);
    });
    child.once('close', (code) => this.#ended(child, code));
  }

  #accept(line: string, fields: readonly string[]): void {
    const device = readSmiLine(line, fields);
    if (device === undefined) {
      // It complains on standard output too.
      this.#complain(`${line} `);
      return;
    }
    this.#ticksBetweenAttempts = 1;
    this.#printed.set(device.id, { device, atMs: this.#parts.now() });
    this.#opening?.(undefined);
  }

  #complain(text: string): void {
    this.#complaint = (this.#complaint + text).slice(-COMPLAINT_LENGTH);
  }

  #ended(child: ChildProcess, code: number | null): void {
    if (this.#isClosed || this.#child !== child) {
      return;
    }
    this.#child = undefined;
    const unknown = UNKNOWN_FIELD.exec(this.#complaint)?.[1];
    if (unknown !== undefined && this.#fields.includes(unknown) && unknown !== 'index') {
      // Older drivers know fewer fields, and name the first that they do not know.
      this.#fields = this.#fields.filter((field) => field !== unknown);
      this.#start();
      return;
    }
    const text = `nvidia-smi ended with code ${code}: ${this.#complaint.trim()}`;
    if (this.#opening !== undefined && (NO_GPU.has(code) || this.#printed.size === 0)) {
      this.#opening(text);
      return;
    }
    this.#parts.takeNote({ level: 'warn', cause: 'nvidia-smi', text });
  }
}
