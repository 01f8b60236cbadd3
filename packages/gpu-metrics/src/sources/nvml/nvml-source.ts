import type { GpuDevice } from '../../snapshot/gpu-snapshot.ts';
import type { GpuSource, SampleTick, SourceOpening, TakeNote } from '../gpu-source.ts';
import { describeCode, NVML, NvmlSessionLost } from './nvml-codes.ts';
import { loadNvml, type NvmlLibrary } from './nvml-library.ts';
import { NvmlSession, type NvmlSessionParts } from './nvml-session.ts';

export interface NvmlSourceParts {
  /** Names and paths of the library, the likeliest first. */
  readonly candidates: readonly string[];
  readonly intervalMs: number;
  readonly processId: number | undefined;
  readonly takeNote: TakeNote;
}

/** Codes of a library that was installed where there is no GPU. */
const NO_GPU: ReadonlySet<number> = new Set([NVML.driverNotLoaded, NVML.libraryNotFound, NVML.gpuNotFound]);

/** With a driver that stays away, a new attempt comes at the latest after so many ticks: initialising is dear. */
const MOST_TICKS_BETWEEN_ATTEMPTS = 64;

/** Looks for NVIDIA's GPUs through NVIDIA's own library. */
export async function openNvmlSource(parts: NvmlSourceParts): Promise<SourceOpening> {
  if (process.arch !== 'x64' && process.arch !== 'arm64' && process.arch !== 'riscv64' && process.arch !== 'ppc64') {
    return { kind: 'unavailable', reason: 'NVML is read on 64-bit systems alone' };
  }
  let library: NvmlLibrary;
  try {
    library = await loadNvml(parts.candidates);
  } catch (error) {
    return { kind: 'unavailable', reason: error instanceof Error ? error.message : String(error) };
  }
  const { intervalMs, processId, takeNote } = parts;
  const source = new NvmlSource({ library, intervalMs, processId, takeNote, xidCounts: new Map() });
  return source.open();
}

class NvmlSource implements GpuSource {
  readonly #parts: NvmlSessionParts;
  #session: NvmlSession | undefined;
  #ticksUntilAttempt = 0;
  #ticksBetweenAttempts = 1;

  constructor(parts: NvmlSessionParts) {
    this.#parts = parts;
  }

  open(): SourceOpening {
    const code = this.#initialize();
    if (code === NVML.functionNotFound) {
      return { kind: 'unavailable', reason: 'the library has no function to initialise it, so it is not NVML' };
    }
    if (NO_GPU.has(code)) {
      return { kind: 'empty', reason: `NVML: ${describeCode(code)}` };
    }
    if (this.#session?.gpuCount === 0) {
      this.close();
      return { kind: 'empty', reason: 'NVML counts no GPU' };
    }
    // There is one, or should be: what fails otherwise is tried again.
    return { kind: 'open', source: this };
  }

  sample(tick: SampleTick): readonly GpuDevice[] {
    if (!this.#hasSession()) {
      return [];
    }
    try {
      const { devices, isWhole } = this.#session!.sample(tick);
      if (isWhole) {
        this.#ticksBetweenAttempts = 1;
      } else {
        this.#considerNewSession();
      }
      return devices;
    } catch (error) {
      this.#note(error instanceof NvmlSessionLost ? error.message : String(error));
      this.#endSession();
      return [];
    }
  }

  close(): void {
    this.#session?.close();
    this.#session = undefined;
  }

  #hasSession(): boolean {
    if (this.#session !== undefined) {
      return true;
    }
    if (this.#ticksUntilAttempt > 0) {
      this.#ticksUntilAttempt -= 1;
      return false;
    }
    const code = this.#initialize();
    if (code !== NVML.success) {
      this.#note(`NVML: ${describeCode(code)}`);
      this.#waitLonger();
    }
    return this.#session !== undefined;
  }

  #initialize(): number {
    const { library } = this.#parts;
    let code = library.call('nvmlInit_v2');
    if (code === NVML.functionNotFound) {
      code = library.call('nvmlInit');
    }
    if (code !== NVML.success) {
      return code;
    }
    try {
      this.#session = new NvmlSession(this.#parts);
      return NVML.success;
    } catch (error) {
      library.call('nvmlShutdown');
      return error instanceof NvmlSessionLost ? error.returnCode : NVML.unknown;
    }
  }

  /** A GPU is missing, or one has come: only a new session can tell. The others go on until then. */
  #considerNewSession(): void {
    if (this.#ticksUntilAttempt > 0) {
      this.#ticksUntilAttempt -= 1;
      return;
    }
    this.close();
    this.#waitLonger();
    this.#initialize();
  }

  #endSession(): void {
    this.close();
    this.#waitLonger();
  }

  #waitLonger(): void {
    this.#ticksUntilAttempt = this.#ticksBetweenAttempts - 1;
    this.#ticksBetweenAttempts = Math.min(this.#ticksBetweenAttempts * 2, MOST_TICKS_BETWEEN_ATTEMPTS);
  }

  #note(reason: string): void {
    this.#parts.takeNote({ level: 'warn', cause: 'nvml', text: `NVIDIA's GPUs cannot be asked: ${reason}.` });
  }
}
