import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { KeptResult } from './scenario.ts';

const FOLDER = new URL('./results/', import.meta.url);
const LATEST = 'latest.json';

/** Writes one file for the scenario, and all scenarios' last results together as latest.json. */
export function keepResult(result: KeptResult, folder: URL = FOLDER): void {
  mkdirSync(folder, { recursive: true });
  write(new URL(`${result.scenario}.json`, folder), result);
  write(new URL(LATEST, folder), keptResults(folder));
}

/** The last results, by the name of their scenario. */
export function keptResults(folder: URL = FOLDER): Record<string, KeptResult> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json') && file !== LATEST);
  return Object.fromEntries(
    files.map((file) => {
      const result = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as KeptResult;
      return [result.scenario, result];
    }),
  );
}

function write(file: URL, content: unknown): void {
  writeFileSync(file, `${JSON.stringify(content, rounded, 2)}\n`);
}

/** Six digits are more than any measurement here is worth. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Number(value.toPrecision(6)) : value;
}
