import { expect } from 'chai';
import { build, type BuildOptions, type BuildResult } from 'esbuild';
import { join } from 'node:path';
import { emptyFolder, installPackage, type InstalledPackage, publishedPackages } from './published-packages.ts';
import { runNode } from './run-tool.ts';

const QUIET_END = { code: 0, output: '', errors: '' };

/** What a package says, once, where it runs in a bundle. The others say nothing. */
const WARNINGS: Readonly<Record<string, RegExp>> = {
  '@inferometer/observability':
    /^inferometer: the observer thread cannot be started \(.+\)\. Metrics are collected inline, .+\.\n$/,
};

/** The forms in which esbuild writes, with the program that is bundled and the name of the bundle. */
const FORMS = [
  ['esm', 'module.mjs', 'bundle.mjs'],
  ['cjs', 'commonjs.cjs', 'bundle.cjs'],
] as const;

for (const published of publishedPackages) {
  describe(`${published.name}, bundled by esbuild`, function () {
    this.timeout(60_000);
    let installed: InstalledPackage;

    before(async () => {
      installed = await installPackage(published);
    });

    for (const [format, program, outfile] of FORMS) {
      it(`works as one file in ${format} form, far from any node_modules`, async () => {
        const folder = await emptyFolder();
        const { warnings } = await bundle({ format, entryPoints: [program], outfile: join(folder, outfile) });
        expect(warnings).to.deep.equal([]);

        const { code, output, errors } = await runNode([outfile], folder);
        expect(errors).to.match(WARNINGS[published.name] ?? /^$/);
        expect({ code, output }).to.deep.equal({ code: 0, output: '' });
      });

      it(`works as one file in ${format} form, with short names`, async () => {
        const folder = await emptyFolder();
        await bundle({ format, entryPoints: [program], outfile: join(folder, outfile), minify: true });

        const { code, output, errors } = await runNode([outfile], folder);
        expect(errors).to.match(WARNINGS[published.name] ?? /^$/);
        expect({ code, output }).to.deep.equal({ code: 0, output: '' });
      });

      it(`works and warns of nothing in ${format} form where packages are left outside`, async () => {
        await bundle({
          format,
          entryPoints: [program],
          outfile: join(installed.folder, outfile),
          packages: 'external',
        });
        expect(await runNode([outfile], installed.folder)).to.deep.equal(QUIET_END);
      });
    }

    it('works as several files, loaded as they are needed', async () => {
      const folder = await emptyFolder();
      await bundle({
        format: 'esm',
        splitting: true,
        entryPoints: ['module.mjs'],
        outdir: folder,
        outExtension: { '.js': '.mjs' },
      });

      const { code, output, errors } = await runNode(['module.mjs'], folder);
      expect(errors).to.match(WARNINGS[published.name] ?? /^$/);
      expect({ code, output }).to.deep.equal({ code: 0, output: '' });
    });

    function bundle(options: BuildOptions): Promise<BuildResult> {
      return build({
        bundle: true,
        platform: 'node',
        logLevel: 'silent',
        absWorkingDir: installed.folder,
        ...options,
      });
    }
  });
}
