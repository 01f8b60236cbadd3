import { expect } from 'chai';
import { build } from 'esbuild';
import { join } from 'node:path';
import { emptyFolder, installPackage, type InstalledPackage, publishedPackages } from './published-packages.ts';
import { runNode } from './run-tool.ts';

describe('@inferometer/gpu-metrics, as it is published', function () {
  this.timeout(60_000);
  const published = publishedPackages.find(({ name }) => name === '@inferometer/gpu-metrics')!;
  let installed: InstalledPackage;

  before(async () => {
    installed = await installPackage(published);
  });

  it('finds its probe, which says whether there is a GPU', async () => {
    const end = await runNode(['probe.mjs'], installed.folder);
    expect(end).to.deep.equal({ code: 0, output: '', errors: '' });
  });

  for (const [format, outfile, reason] of [
    ['esm', 'bundle.mjs', /^no GPU is sampled: .+gpu-probe\.js is missing; keep @inferometer\/gpu-metrics out of /],
    ['cjs', 'bundle.cjs', /^no GPU is sampled: a bundle in CommonJS form does not know .+; keep @inferometer\/gpu-/],
  ] as const) {
    it(`says once that its probe cannot be in a bundle in ${format} form, where a GPU may be`, async () => {
      const folder = await emptyFolder();
      await build({
        bundle: true,
        platform: 'node',
        logLevel: 'silent',
        absWorkingDir: installed.folder,
        format,
        entryPoints: ['unseen.mjs'],
        outfile: join(folder, outfile),
      });
      const { code, output, errors } = await runNode([outfile], folder);
      expect({ code, errors }).to.deep.equal({ code: 0, errors: '' });
      expect(output).to.match(new RegExp(reason.source.replace('^', '^inferometer: ')));
      expect(output.trim().split('\n')).to.have.length(1);
    });
  }
});
