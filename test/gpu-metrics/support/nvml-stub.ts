import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Values of a scenario; the keys are described in fixtures/nvml-stub.c. */
export type Scenario = Readonly<Record<string, string | number | bigint>>;

/** A driver library that answers as a scenario says. */
export interface NvmlStub {
  /** Path of the library. */
  readonly path: string;
  /** Environment variable that names the scenario: the library of this process reads it too. */
  readonly environment: Readonly<Record<string, string>>;
  /** Replaces the scenario. */
  play(scenario: Scenario): void;
  /** Whether a call hangs, or did. */
  readonly hasHung: boolean;
  remove(): void;
}

const SOURCE = fileURLToPath(new URL('../fixtures/nvml-stub.c', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'nvml-stub-'));
const compiled = new Map<string, string>();
let count = 0;

process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/**
 * Makes a driver library with a state of its own.
 * @param gcc path of the compiler
 * @param absent functions that an older library does not have
 */
export function makeNvmlStub(gcc: string, scenario: Scenario, absent: readonly string[] = []): NvmlStub {
  const name = `${count++}`;
  // The loader knows libraries by their files: a copy has its own variables.
  const path = join(folder, `libnvidia-ml-${name}.so.1`);
  const scenarioPath = join(folder, `${name}.scenario`);
  copyFileSync(compile(gcc, absent), path);
  const stub: NvmlStub = {
    path,
    environment: { NVML_STUB: scenarioPath },
    play(next) {
      const lines = Object.entries(next).map(([key, value]) => `${key}=${value}\n`);
      // At once, so that the library never reads half of it.
      writeFileSync(`${scenarioPath}.new`, lines.join(''));
      renameSync(`${scenarioPath}.new`, scenarioPath);
    },
    get hasHung() {
      return existsSync(`${scenarioPath}.hung`);
    },
    remove() {
      rmSync(path, { force: true });
      rmSync(scenarioPath, { force: true });
    },
  };
  stub.play(scenario);
  process.env['NVML_STUB'] = scenarioPath;
  return stub;
}

function compile(gcc: string, absent: readonly string[]): string {
  const key = absent.join(' ');
  let path = compiled.get(key);
  if (path === undefined) {
    path = join(folder, `compiled-${compiled.size}.so`);
    const removed = absent.map((name) => `-D${name}=absent_${name}`);
    execFileSync(gcc, ['-shared', '-fPIC', '-O1', ...removed, '-o', path, SOURCE]);
    compiled.set(key, path);
  }
  return path;
}

/** A GPU that tells all that the stub can tell but what needs samples, GPM or MIG. */
export const H100: Scenario = {
  'gpu.0.uuid': 'GPU-6a1c8f1e-0000-4000-8000-000000000000',
  'gpu.0.name': 'NVIDIA H100 80GB HBM3',
  'gpu.0.utilization': 40,
  'gpu.0.memory_utilization': 7,
  'gpu.0.total': 85_520_809_984,
  'gpu.0.used': 1_073_741_824,
  'gpu.0.reserved': 655_360_000,
  'gpu.0.temperature': 35,
  'gpu.0.power': 120_550,
  'gpu.0.power_limit': 700_000,
  'gpu.0.energy': 123_456_789,
  'gpu.0.clock.sm': 1980,
  'gpu.0.clock.memory': 2619,
  'gpu.0.throttle': 0x24,
  'gpu.0.ecc.corrected.aggregate': 3,
  'gpu.0.ecc.uncorrected.aggregate': 0,
  'gpu.0.field.82': 44,
  'gpu.0.field.197': 1_000_000,
  'gpu.0.field.198': 5_000_000_000,
  'gpu.0.processes': '77:2097152,4242:1048576',
};

/** The same GPU at another index, with a UUID of its own. */
export function h100At(index: number): Scenario {
  const moved = Object.entries(H100).map(([key, value]) => [key.replace('gpu.0.', `gpu.${index}.`), value]);
  return { ...Object.fromEntries(moved), [`gpu.${index}.uuid`]: `GPU-${index}` };
}
