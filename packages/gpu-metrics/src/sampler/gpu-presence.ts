import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findDisplayCards, isGpu, PCI_VENDORS } from './display-cards.ts';
import type { GpuSourceOptions } from './gpu-source-options.ts';

/** Folders where NVIDIA's library is put without the loader's cache knowing of it: WSL, GKE, NixOS and containers. */
const LIBRARY_FOLDERS = [
  '/usr/lib/wsl/lib',
  '/usr/local/nvidia/lib64',
  '/run/opengl-driver/lib',
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
] as const;

const LIBRARY_NAME = 'libnvidia-ml.so.1';

/** The loader's list of libraries. It holds their names as plain text. */
const LOADER_CACHE = '/etc/ld.so.cache';

/** What {@link mayHaveGpu} looks at besides the file system. */
export interface PresenceParts {
  readonly platform: NodeJS.Platform;
  readonly environment: NodeJS.ProcessEnv;
  readonly sources: GpuSourceOptions;
}

/**
 * Whether a GPU may be here: whether it is worth starting a process that looks. A machine without costs the dozen
 * look-ups of this function, once.
 */
export function mayHaveGpu({ platform, environment, sources }: PresenceParts): boolean {
  if (platform === 'darwin') {
    return sources.systeminformation !== false;
  }
  if (platform === 'win32') {
    return sources.nvml !== false || sources.nvidiaSmi !== false || sources.systeminformation !== false;
  }
  return (
    mayHaveNvml(sources.nvml, environment) ||
    findNvidiaSmi(sources.nvidiaSmi, environment) !== undefined ||
    mayHaveCard(sources)
  );
}

/** Path of `nvidia-smi`, or undefined where there is none or it must not be used. */
export function findNvidiaSmi(path: GpuSourceOptions['nvidiaSmi'], environment: NodeJS.ProcessEnv): string | undefined {
  if (path === false) {
    return undefined;
  }
  if (path !== undefined) {
    return isExecutable(path) ? path : undefined;
  }
  const name = process.platform === 'win32' ? 'nvidia-smi.exe' : 'nvidia-smi';
  return [...searchPath(environment), '/usr/bin', '/usr/lib/wsl/lib']
    .map((folder) => join(folder, name))
    .find((file) => isExecutable(file));
}

/** Names and paths to load NVIDIA's library by, the likeliest first. Never CUDA's stubs: they answer without a GPU. */
export function nvmlCandidates(path: string | undefined, environment: NodeJS.ProcessEnv): string[] {
  if (path !== undefined) {
    return [path];
  }
  if (process.platform === 'win32') {
    const system = environment['SystemRoot'] ?? 'C:\\Windows';
    const programs = environment['ProgramFiles'] ?? 'C:\\Program Files';
    return [`${system}\\System32\\nvml.dll`, `${programs}\\NVIDIA Corporation\\NVSMI\\nvml.dll`];
  }
  // Its bare name first: the loader knows LD_LIBRARY_PATH and the cache.
  return [LIBRARY_NAME, ...LIBRARY_FOLDERS.slice(0, 3).map((folder) => join(folder, LIBRARY_NAME))];
}

function mayHaveNvml(path: GpuSourceOptions['nvml'], environment: NodeJS.ProcessEnv): boolean {
  if (path === false) {
    return false;
  }
  if (path !== undefined) {
    return existsSync(path);
  }
  const folders = [...(environment['LD_LIBRARY_PATH'] ?? '').split(/[:;]/).filter(Boolean), ...LIBRARY_FOLDERS];
  return folders.some((folder) => existsSync(join(folder, LIBRARY_NAME))) || isKnownToLoader();
}

function isKnownToLoader(): boolean {
  try {
    return readFileSync(LOADER_CACHE).includes(LIBRARY_NAME);
  } catch {
    return false;
  }
}

/**
 * A card of NVIDIA counts only through its library or program: where its driver has neither, nobody can ask it.
 */
function mayHaveCard({ sysfs = '/sys', systeminformation = true }: GpuSourceOptions): boolean {
  const cards = sysfs === false ? [] : findDisplayCards(sysfs);
  return cards.some(
    (card) =>
      card.pciVendor === PCI_VENDORS.amd || (systeminformation && isGpu(card) && card.pciVendor !== PCI_VENDORS.nvidia),
  );
}

function searchPath(environment: NodeJS.ProcessEnv): string[] {
  return (environment['PATH'] ?? environment['Path'] ?? '').split(delimiter).filter(Boolean);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
