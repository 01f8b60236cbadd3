import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { eventually } from '../support/eventually.ts';
import { scrape } from '../support/scrape.ts';
import { installPackage, type InstalledPackage, publishedPackages } from './published-packages.ts';
import { runNode, runTool, toolEnvironment } from './run-tool.ts';

describe('@inferometer/observability, as it is published', function () {
  this.timeout(60_000);
  const published = publishedPackages.find(({ name }) => name === '@inferometer/observability')!;
  let installed: InstalledPackage;

  before(async () => {
    installed = await installPackage(published);
  });

  it('answers scrapes while the main thread is blocked', async () => {
    const end = await runNode(['blocked.mjs'], installed.folder);
    expect(end).to.deep.equal({ code: 0, output: '', errors: '' });
  });

  it('has a command that says what it can do', async () => {
    const { code, output } = await runTool('npx', ['inferometer', '--help'], installed.folder);
    expect(output).to.match(/Usage: inferometer <command>/);
    expect(code).to.equal(0);
  });

  it('has a command that tells its version', async () => {
    const { code, output } = await runTool('npx', ['inferometer', '--version'], installed.folder);
    expect(output).to.equal(`${published.manifest.version}\n`);
    expect(code).to.equal(0);
  });

  it('makes a reference of a file of predictions', async () => {
    await writeFile(join(installed.folder, 'predictions.csv'), 'predictedClass,confidence\nsports,0.9\nnews,0.8\n');
    const args = ['--model-type', 'document', '--from', 'predictions.csv', '-o', 'document.reference.json'];
    const { code, output } = await runTool('npx', ['inferometer', 'profile', ...args], installed.folder);
    expect(output).to.match(/^predictions +2; from 5,000 on/m);
    expect(code).to.equal(0);
    const reference = await readFile(join(installed.folder, 'document.reference.json'), 'utf8');
    expect(JSON.parse(reference)).to.include({ schema: 'inferometer.reference-profile', modelType: 'document' });
  });

  it('serves the metrics of the host until it is ended', async () => {
    const command = join(installed.folder, 'node_modules/.bin/inferometer');
    const child = spawn(command, ['serve', '--port', '0', '--host', '127.0.0.1'], {
      cwd: installed.folder,
      env: toolEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      const errors = text(child.stderr);
      const closed = once(child, 'close');
      const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
      const metricsUrl = /^Host metrics are served on (http:\S+\/metrics)\./.exec(line)?.[1];
      expect(metricsUrl, line).to.not.equal(undefined);
      const memoryBytes = await eventually(async () => (await scrape(metricsUrl!)).value('memory_used_bytes'));
      expect(memoryBytes).to.be.greaterThan(0);

      child.kill('SIGTERM');
      expect(await closed).to.deep.equal([0, null]);
      expect(await errors).to.equal('');
    } finally {
      child.kill('SIGKILL');
    }
  });
});
