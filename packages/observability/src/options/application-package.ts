import { dirname, join, sep } from 'node:path';
import type { Surroundings } from './surroundings.ts';

/** What the application's package.json says of it. */
export interface ApplicationPackage {
  readonly name?: string;
  readonly version?: string;
}

/**
 * The nearest package.json with a name, from the main script's folder upwards. A script within node_modules is a
 * runner, such as a test runner's or a framework's command: then the application is where the process was started.
 */
export function findApplicationPackage(surroundings: Surroundings): ApplicationPackage {
  const { mainScript, workingDirectory } = surroundings;
  const isRunner = mainScript === undefined || mainScript.split(sep).includes('node_modules');
  let folder = isRunner ? workingDirectory : dirname(mainScript);
  for (;;) {
    const found = readPackage(surroundings.readFile(join(folder, 'package.json')));
    if (found?.name !== undefined) {
      return found;
    }
    const parent = dirname(folder);
    if (parent === folder) {
      return {};
    }
    folder = parent;
  }
}

function readPackage(text: string | undefined): ApplicationPackage | undefined {
  if (text === undefined) {
    return undefined;
  }
  try {
    const { name, version } = JSON.parse(text) as { readonly name?: unknown; readonly version?: unknown };
    return { ...(isText(name) ? { name } : {}), ...(isText(version) ? { version } : {}) };
  } catch {
    // Broken, or null: as good as absent, and not ours to complain about.
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
