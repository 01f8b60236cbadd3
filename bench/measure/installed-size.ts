import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What `npm install` of one package brings. */
export interface Installed {
  readonly packages: number;
  readonly bytes: number;
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly files?: readonly string[];
}

/** Adds up a package and all that it depends on, as they lie in `node_modules` above `from`. */
export function installedSize(name: string, from: string): Installed {
  const folders = new Set<string>();
  collect(name, from, folders);
  let bytes = 0;
  for (const folder of folders) {
    bytes += publishedBytes(folder);
  }
  return { packages: folders.size, bytes };
}

function collect(name: string, from: string, folders: Set<string>): void {
  const folder = folderOf(name, from);
  if (folders.has(folder)) {
    return;
  }
  folders.add(folder);
  const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = manifestOf(folder);
  const needed = [
    ...Object.keys(dependencies),
    ...Object.keys(peerDependencies).filter((peer) => peerDependenciesMeta[peer]?.optional !== true),
  ];
  for (const dependency of needed) {
    collect(dependency, folder, folders);
  }
}

function folderOf(name: string, from: string): string {
  for (let parent = from; ; parent = dirname(parent)) {
    const folder = join(parent, 'node_modules', name);
    if (existsSync(join(folder, 'package.json'))) {
      return folder;
    }
    if (parent === dirname(parent)) {
      throw new Error(`${name} is not installed above ${from}.`);
    }
  }
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** A package of this workspace has more beside what is published: its tests' leftovers, its own tools. */
function publishedBytes(folder: string): number {
  const isOfWorkspace = existsSync(join(folder, 'tsconfig.json'));
  if (!isOfWorkspace) {
    return bytesOf(folder);
  }
  const excluded = (manifestOf(folder).files ?? []).filter((entry) => entry.startsWith('!'));
  const included = (manifestOf(folder).files ?? []).filter((entry) => !entry.startsWith('!'));
  const leftOut = (path: string): boolean =>
    excluded.some((entry) => path.endsWith(entry.slice(entry.lastIndexOf('*') + 1)));
  return ['package.json', 'README.md', 'LICENSE', ...included]
    .map((entry) => join(folder, entry))
    .filter((path) => existsSync(path))
    .reduce((sum, path) => sum + bytesOf(path, leftOut), 0);
}

function bytesOf(path: string, leftOut: (path: string) => boolean = () => false): number {
  const entry = statSync(path);
  if (!entry.isDirectory()) {
    return leftOut(path) ? 0 : entry.size;
  }
  return readdirSync(path)
    .filter((name) => name !== 'node_modules')
    .reduce((sum, name) => sum + bytesOf(join(path, name), leftOut), 0);
}
