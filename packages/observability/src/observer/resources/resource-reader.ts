import { locateCgroups } from './cgroup-location.ts';
import type { CgroupLocations, CgroupReaders } from './cgroup-location.ts';
import { createCgroupV1Reader } from './cgroup-v1.ts';
import { createCgroupV2Reader } from './cgroup-v2.ts';
import { createContainerReader } from './container-reader.ts';
import type { ContainerReader } from './container-reader.ts';
import { createHostReader } from './host-reader.ts';
import type { HostReader, OperatingSystem } from './host-reader.ts';
import { createProblemLog } from './problem-log.ts';
import type { ProblemLog } from './problem-log.ts';
import { parseProcessCgroups } from './process-cgroups.ts';
import type { ProcessCgroups } from './process-cgroups.ts';
import type { ResourceFileSystem } from './resource-file-system.ts';
import type { ResourceReading } from './resource-reading.ts';
import { createValueFiles } from './value-files.ts';
import type { ValueFiles } from './value-files.ts';

/** Decides between container and host, and reads the one that counts. */
export interface ResourceReader {
  /** Never rejects for what the files hold or lack. One call at a time. */
  read(): Promise<ResourceReading>;
}

class CgroupOrHostReader implements ResourceReader {
  readonly #files: ValueFiles;
  readonly #problems: ProblemLog;
  readonly #host: HostReader;
  readonly #isLinux: boolean;
  readonly #container: ContainerReader;
  readonly #readers: CgroupReaders;
  #locations: CgroupLocations = new Map();
  #locatedFor: string | undefined;

  constructor(fileSystem: ResourceFileSystem, operatingSystem: OperatingSystem, now: () => number) {
    this.#problems = createProblemLog(now);
    this.#files = createValueFiles(fileSystem, this.#problems);
    this.#host = createHostReader(fileSystem, operatingSystem, this.#problems);
    this.#isLinux = operatingSystem.platform === 'linux';
    this.#readers = { v1: createCgroupV1Reader(this.#files), v2: createCgroupV2Reader(this.#files) };
    this.#container = createContainerReader(now);
  }

  async read(): Promise<ResourceReading> {
    try {
      const host = await this.#host.read();
      const container = this.#isLinux ? await this.#container.read(await this.#locate(), host) : undefined;
      return (
        container ?? {
          scope: 'host',
          cpuCounter: host.cpuCounter,
          cpuLimitCores: host.cores,
          cpuThrottledSeconds: undefined,
          memoryUsedBytes: host.memoryUsedBytes,
          memoryLimitBytes: host.memoryBytes,
        }
      );
    } finally {
      this.#problems.endSample();
    }
  }

  // The mounts are read anew only when the process was moved, or nothing was found yet: the table can be long. While
  // the process's own file is unreadable, the process is taken to be where it was.
  async #locate(): Promise<CgroupLocations> {
    const found = await this.#files.optional<ProcessPlace | undefined>('/proc/self/cgroup', parsePlace, undefined);
    if (found !== undefined && (found.text !== this.#locatedFor || this.#locations.size === 0)) {
      this.#locatedFor = found.text;
      this.#locations = await locateCgroups(found.cgroups, this.#files, this.#readers);
    }
    return this.#locations;
  }
}

interface ProcessPlace {
  readonly text: string;
  readonly cgroups: ProcessCgroups;
}

function parsePlace(text: string): ProcessPlace | undefined {
  const cgroups = parseProcessCgroups(text);
  return cgroups && { text, cgroups };
}

/**
 * @param fileSystem the kernel's files
 * @param operatingSystem what Node knows of the host
 * @param now monotonic milliseconds
 */
export function createResourceReader(
  fileSystem: ResourceFileSystem,
  operatingSystem: OperatingSystem,
  now: () => number,
): ResourceReader {
  return new CgroupOrHostReader(fileSystem, operatingSystem, now);
}
