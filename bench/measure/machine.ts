import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';

/** What a run was measured on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGibibytes: number;
  readonly system: string;
  readonly node: string;
  readonly v8: string;
  /** Versions of what was measured, by package name. */
  readonly packages: Readonly<Record<string, string>>;
}

const MEASURED_PACKAGES = [
  '@inferometer/observability',
  '@opentelemetry/api',
  '@opentelemetry/sdk-metrics',
  '@opentelemetry/exporter-prometheus',
  '@opentelemetry/sdk-node',
  'prom-client',
  '@prometheus-io/client',
  'onnxruntime-node',
];

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model ?? 'unknown',
    cores: availableParallelism(),
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    // As much of the version as matters: builds and vendors are nobody's concern.
    system: `${type()} ${release().split('.', 2).join('.')} ${process.arch}`,
    node: process.version,
    v8: process.versions.v8,
    packages: Object.fromEntries(MEASURED_PACKAGES.map((name) => [name, versionOf(name)])),
  };
}

function versionOf(name: string): string {
  const file = findPackageJSON(name, import.meta.url);
  return file === undefined ? 'not installed' : (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
