import type { CpuCounter } from './cpu-percent.ts';
import type { ProblemLog } from './problem-log.ts';
import type { ResourceFileSystem } from './resource-file-system.ts';

/** The part of `node:os` that is used, and the platform; `node:os` and `process.platform` unless a test differs. */
export interface OperatingSystem {
  readonly platform: string;
  cpus(): readonly { readonly times: Readonly<Record<'user' | 'nice' | 'sys' | 'idle' | 'irq', number>> }[];
  /** Bytes. */
  totalmem(): number;
  /** Bytes. */
  freemem(): number;
}

/** What the machine has and uses. */
export interface HostReading {
  readonly cores: number | undefined;
  readonly cpuCounter: CpuCounter | undefined;
  readonly memoryBytes: number | undefined;
  readonly memoryUsedBytes: number | undefined;
}

type HostProcessors = Pick<HostReading, 'cores' | 'cpuCounter'>;
type HostMemory = Pick<HostReading, 'memoryBytes' | 'memoryUsedBytes'>;

/** Reads the host; never rejects. */
export interface HostReader {
  read(): Promise<HostReading>;
}

const BYTES_PER_KIBIBYTE = 1024;

const UNKNOWN_PROCESSORS: HostProcessors = { cores: undefined, cpuCounter: undefined };
const UNKNOWN_MEMORY: HostMemory = { memoryBytes: undefined, memoryUsedBytes: undefined };

class ProcHostReader implements HostReader {
  readonly #fileSystem: ResourceFileSystem;
  readonly #operatingSystem: OperatingSystem;
  readonly #problems: ProblemLog;

  constructor(fileSystem: ResourceFileSystem, operatingSystem: OperatingSystem, problems: ProblemLog) {
    this.#fileSystem = fileSystem;
    this.#operatingSystem = operatingSystem;
    this.#problems = problems;
  }

  async read(): Promise<HostReading> {
    const [processors, memory] = await Promise.all([
      this.#readFile('/proc/stat', parseProcessors, UNKNOWN_PROCESSORS, processorsFromSystem),
      this.#readFile('/proc/meminfo', parseMemory, UNKNOWN_MEMORY, memoryFromSystem),
    ]);
    return { ...processors, ...memory };
  }

  // A file that cannot be read (another system, Node's permission model) leaves node:os; one that holds garbage is
  // told, and gives nothing.
  async #readFile<Value>(
    path: string,
    parse: (text: string) => Value | undefined,
    unknown: Value,
    fromSystem: (operatingSystem: OperatingSystem) => Value | undefined,
  ): Promise<Value> {
    const reading = this.#operatingSystem.platform === 'linux' ? await this.#fileSystem.read(path) : undefined;
    if (reading?.kind !== 'text') {
      return this.#ask(fromSystem) ?? unknown;
    }
    const value = parse(reading.text);
    if (value === undefined) {
      this.#problems.report(path, 'holds nothing that can be understood');
    }
    return value ?? unknown;
  }

  // node:os throws where the system call fails.
  #ask<Value>(fromSystem: (operatingSystem: OperatingSystem) => Value | undefined): Value | undefined {
    try {
      return fromSystem(this.#operatingSystem);
    } catch (error) {
      this.#problems.report('node:os', `fails (${String(error)})`);
      return undefined;
    }
  }
}

/**
 * Reads processors from `/proc/stat` and memory from `/proc/meminfo` on Linux, elsewhere from `node:os`.
 *
 * Used memory is total less available: what programs could still get without swapping. Busy time is all but idle and
 * waiting for input or output; time stolen by the hypervisor counts as busy, for nobody here can have it.
 *
 * @see https://man7.org/linux/man-pages/man5/proc_stat.5.html
 */
export function createHostReader(
  fileSystem: ResourceFileSystem,
  operatingSystem: OperatingSystem,
  problems: ProblemLog,
): HostReader {
  return new ProcHostReader(fileSystem, operatingSystem, problems);
}

function parseProcessors(text: string): HostProcessors | undefined {
  const all = /^cpu +(\d[\d ]*)$/m.exec(text)?.[1]?.trim().split(/ +/).map(Number);
  const cores = text.match(/^cpu\d+ /gm)?.length;
  if (all === undefined || cores === undefined || all.length < 4) {
    return undefined;
  }
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, interrupt = 0, softInterrupt = 0, stolen = 0] = all;
  // Guest time, the two columns after these, is part of user and nice already.
  const busy = user + nice + system + interrupt + softInterrupt + stolen;
  return { cores, cpuCounter: { kind: 'host', busy, total: busy + idle + waiting } };
}

function parseMemory(text: string): HostMemory | undefined {
  const memoryBytes = kibibytes(text, /^MemTotal: +(\d+) kB$/m);
  const available = kibibytes(text, /^MemAvailable: +(\d+) kB$/m);
  return memoryBytes === undefined ? undefined : { memoryBytes, memoryUsedBytes: usedOf(memoryBytes, available) };
}

function kibibytes(text: string, line: RegExp): number | undefined {
  const match = line.exec(text);
  return match === null ? undefined : Number(match[1]) * BYTES_PER_KIBIBYTE;
}

function usedOf(total: number, available: number | undefined): number | undefined {
  return available === undefined || available > total ? undefined : total - available;
}

function processorsFromSystem(operatingSystem: OperatingSystem): HostProcessors | undefined {
  const cpus = operatingSystem.cpus();
  if (cpus.length === 0) {
    return undefined;
  }
  let busy = 0;
  let idle = 0;
  for (const { times } of cpus) {
    busy += times.user + times.nice + times.sys + times.irq;
    idle += times.idle;
  }
  return { cores: cpus.length, cpuCounter: { kind: 'host', busy, total: busy + idle } };
}

function memoryFromSystem(operatingSystem: OperatingSystem): HostMemory | undefined {
  const total = operatingSystem.totalmem();
  return total > 0 ? { memoryBytes: total, memoryUsedBytes: usedOf(total, operatingSystem.freemem()) } : undefined;
}
