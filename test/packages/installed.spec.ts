import { expect } from 'chai';
import { copyFile, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installPackage, type InstalledPackage, publishedPackages } from './published-packages.ts';
import { runNode, runTool } from './run-tool.ts';

const QUIET_END = { code: 0, output: '', errors: '' };

/** Half as much again as OpenTelemetry brings along now: a dependency that weighs more wants to be looked at. */
const MOST_MEGABYTES = 40;

for (const published of publishedPackages) {
  describe(`${published.name}, installed in an empty folder`, function () {
    this.timeout(60_000);
    let installed: InstalledPackage;

    before(async () => {
      installed = await installPackage(published);
    });

    it('works from a module', async () => {
      expect(await runNode(['module.mjs'], installed.folder)).to.deep.equal(QUIET_END);
    });

    it('works from CommonJS, and Node.js does not warn of that', async () => {
      expect(await runNode(['commonjs.cjs'], installed.folder)).to.deep.equal(QUIET_END);
    });

    it('works where the application has a condition called source for packages of its own', async () => {
      expect(await runNode(['--conditions=source', 'module.mjs'], installed.folder)).to.deep.equal(QUIET_END);
    });

    it('works as its README says', async () => {
      const readme = await readFile(join(installed.packageFolder, 'README.md'), 'utf8');
      const example = /^```ts\n(.+?)^```$/ms.exec(readme)?.[1] ?? 'throw new Error("there is no example")';
      await writeFile(join(installed.folder, 'readme.mjs'), example);
      const anyPort = { OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1', OTEL_EXPORTER_PROMETHEUS_PORT: '0' };
      expect(await runNode(['readme.mjs'], installed.folder, anyPort)).to.deep.equal(QUIET_END);
    });

    for (const [resolution, options] of [
      ['Node.js', { module: 'nodenext' }],
      ['a bundler', { module: 'esnext', moduleResolution: 'bundler' }],
    ] as const) {
      it(`has types that hold in the strictest check, resolved as ${resolution} does and without those of Node.js`, async () => {
        await copyFile(join(installed.folder, 'consumer.ts'), join(installed.folder, 'consumer.cts'));
        const compilerOptions = {
          ...options,
          target: 'es2022',
          types: [],
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          skipLibCheck: false,
          noEmit: true,
        };
        const project = { compilerOptions, files: ['consumer.ts', 'consumer.cts'] };
        await writeFile(join(installed.folder, 'tsconfig.json'), JSON.stringify(project));
        expect(await runTool('tsc', ['-p', '.'], installed.folder)).to.deep.equal(QUIET_END);
      });
    }

    it('stays within a size that one would install', async () => {
      const bytes = await bytesUnder(join(installed.folder, 'node_modules'));
      const megabytes = bytes / 1e6;
      console.log(
        `      ${Math.round(installed.tarballBytes / 1000)} kB packed, ${megabytes.toFixed(1)} MB with all that it needs`,
      );
      expect(megabytes).to.be.lessThan(MOST_MEGABYTES);
    });
  });
}

async function bytesUnder(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
