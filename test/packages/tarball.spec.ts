import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import {
  installPackage,
  type InstalledPackage,
  type PackageManifest,
  publishedPackages,
  repository,
} from './published-packages.ts';
import { runTool } from './run-tool.ts';

/** What a file of a package is for: code, its types and its map in `dist`, and the source that the maps point to. */
const MEANT_FILE =
  /^(?:package\.json|README\.md|LICENSE|dist\/.+(?:\.js|\.js\.map|\.d\.ts)|src\/.+(?:\.ts|\.schema\.json))$/;

/** Twice what the largest has now; something that does not belong there would be larger than that. */
const MOST_BYTES = 1_000_000;

describe('the packages of the workspace', () => {
  it('are published, each that another one needs', async () => {
    const names = new Set(publishedPackages.map(({ name }) => name));
    for (const { name, manifest } of publishedPackages) {
      const needed = Object.keys(manifest.dependencies ?? {}).filter((other) => other.startsWith('@inferometer/'));
      expect(
        needed.filter((other) => !names.has(other)),
        name,
      ).to.deep.equal([]);
    }
  });
});

for (const published of publishedPackages) {
  describe(`${published.name}, packed`, function () {
    this.timeout(60_000);
    let installed: InstalledPackage;

    before(async () => {
      installed = await installPackage(published);
    });

    it('holds the build, the sources, the licence and a README, and nothing else', () => {
      expect(installed.files.filter((path) => !MEANT_FILE.test(path))).to.deep.equal([]);
      expect(installed.files).to.include.members(['package.json', 'README.md', 'LICENSE']);
      expect(installed.tarballBytes).to.be.lessThan(MOST_BYTES);
    });

    it('holds types of exactly its sources', () => {
      const sources = installed.files.filter((path) => /^src\/.*\.ts$/.test(path));
      const types = sources.map((path) => path.replace(/^src(.*)\.ts$/, 'dist$1.d.ts'));
      expect(installed.files.filter((path) => path.endsWith('.d.ts'))).to.have.members(types);
    });

    it('holds code that was built in one go, with its maps', () => {
      const code = installed.files.filter((path) => path.endsWith('.js'));
      expect(installed.files.filter((path) => path.endsWith('.js.map'))).to.have.members(
        code.map((path) => `${path}.map`),
      );
    });

    it('has maps that lead to the sources in the package', async () => {
      for (const path of installed.files.filter((file) => file.endsWith('.map'))) {
        const map = JSON.parse(await read(path)) as { sources: string[] };
        for (const source of map.sources) {
          expect(installed.files).to.include(posix.join(posix.dirname(path), source));
        }
      }
    });

    it('says nothing of the machine that built it', async () => {
      for (const path of installed.files) {
        expect(await read(path), path).to.not.include(repository);
      }
    });

    it('has the licence of the repository', async () => {
      expect(await read('LICENSE')).to.equal(await readFile(join(repository, 'LICENSE'), 'utf8'));
    });

    it('tells npm what it must know', async () => {
      const manifest = JSON.parse(await read('package.json')) as PackageManifest;
      expect(manifest.license).to.equal('Apache-2.0');
      expect(manifest.engines).to.deep.equal({ node: '>=22.15.0' });
      expect(manifest.publishConfig).to.deep.equal({ access: 'public' });
      for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
        expect(range, name).to.match(/^[\^~>=]*\d/);
      }
    });

    it('satisfies publint', async () => {
      const { code, output, errors } = await runTool('publint', ['--strict', installed.tarball], repository);
      expect(code, output + errors).to.equal(0);
    });

    it('satisfies attw: its types are those of its code', async () => {
      const args = ['--profile', 'esm-only', '--no-emoji', '--no-color', installed.tarball];
      const { code, output, errors } = await runTool('attw', args, repository);
      expect(code, output + errors).to.equal(0);
    });

    function read(path: string): Promise<string> {
      return readFile(join(installed.packageFolder, path), 'utf8');
    }
  });
}
