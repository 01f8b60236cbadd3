import { readFileSync, readdirSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTool } from './run-tool.ts';

/** What these tests read of a package.json. */
export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly publishConfig?: { readonly access?: string };
}

/** A package of this workspace that others can install. */
export interface PublishedPackage {
  readonly name: string;
  readonly manifest: PackageManifest;
  readonly folder: string;
  /** Programs that use the package as others would; a folder of the same name as that of the package. */
  readonly fixtures: string;
}

/** A package that was packed, and installed from there in a folder that had been empty. */
export interface InstalledPackage {
  readonly tarball: string;
  readonly tarballBytes: number;
  /** Paths of the files in the tarball. */
  readonly files: readonly string[];
  /** Where it was installed; the fixtures lie here. */
  readonly folder: string;
  /** The package itself, in there. */
  readonly packageFolder: string;
}

export const repository: string = fileURLToPath(new URL('../..', import.meta.url));

/** All packages of the workspace that are not private. */
export const publishedPackages: readonly PublishedPackage[] = readdirSync(join(repository, 'packages'))
  .map((name) => readPackage(join(repository, 'packages', name), new URL(`fixtures/${name}`, import.meta.url)))
  .filter(({ manifest }) => manifest.private !== true);

function readPackage(folder: string, fixtures: URL): PublishedPackage {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageManifest;
  return { name: manifest.name, manifest, folder, fixtures: fileURLToPath(fixtures) };
}

const folders: string[] = [];
const tarballs = new Map<string, Promise<string>>();
const installations = new Map<string, Promise<InstalledPackage>>();

// A hook of the whole run: the files with the tests share the installations.
after(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
});

/** An empty folder with no `node_modules` above it, which is removed after the last test. */
export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'inferometer-packages-'));
  folders.push(folder);
  return folder;
}

/** Packs the package and installs it in an empty folder, once for all tests. */
export function installPackage(published: PublishedPackage): Promise<InstalledPackage> {
  return once(installations, published.name, () => install(published));
}

async function install(published: PublishedPackage): Promise<InstalledPackage> {
  const [own, ...siblings] = await packAll([published, ...workspaceDependencies(published)]);
  const folder = await emptyFolder();
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  // What npm has in its cache will do: only what was never fetched is asked for.
  await runNpm(['install', '--prefer-offline', '--no-audit', '--no-fund', own!, ...siblings], folder);
  await cp(published.fixtures, folder, { recursive: true });
  const packageFolder = join(folder, 'node_modules', published.name);
  return {
    tarball: own!,
    tarballBytes: (await stat(own!)).size,
    files: await filesOf(packageFolder),
    folder,
    packageFolder,
  };
}

/** The packages of this workspace that it needs, and those that they need: no registry has them yet. */
function workspaceDependencies({ manifest }: PublishedPackage): PublishedPackage[] {
  const direct = publishedPackages.filter(({ name }) => Object.hasOwn(manifest.dependencies ?? {}, name));
  return [...new Set([...direct, ...direct.flatMap(workspaceDependencies)])];
}

/** One after the other: packing builds, and a build of one package may build another. */
async function packAll(packages: readonly PublishedPackage[]): Promise<string[]> {
  const paths: string[] = [];
  for (const published of packages) {
    paths.push(await once(tarballs, published.name, () => packPackage(published)));
  }
  return paths;
}

async function packPackage({ folder }: PublishedPackage): Promise<string> {
  const destination = await emptyFolder();
  await runNpm(['pack', '--pack-destination', destination], folder);
  const [filename] = await readdir(destination);
  return join(destination, filename!);
}

/** Paths of the files under `folder`, with slashes, without those of packages within. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((path) => !path.startsWith('node_modules/'));
}

async function runNpm(args: readonly string[], folder: string): Promise<void> {
  const { code, output, errors } = await runTool('npm', args, folder);
  if (code !== 0) {
    throw new Error(`npm ${args.join(' ')} ended with ${code}\n${output}\n${errors}`);
  }
}

function once<Value>(values: Map<string, Promise<Value>>, key: string, make: () => Promise<Value>): Promise<Value> {
  const value = values.get(key) ?? make();
  values.set(key, value);
  return value;
}
