import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import {
  endPrograms,
  type ProgramOptions,
  runProgram,
  SOURCE_FLAGS,
  startProgram,
} from '../../support/child-process.ts';
import { scrape } from '../../support/scrape.ts';

const APPLICATION = new URL('fixtures/application.ts', import.meta.url);
const PRELOAD = new URL('fixtures/preload.ts', import.meta.url).href;
const PRELOAD_COMMONJS = fileURLToPath(new URL('fixtures/preload.cjs', import.meta.url));

const REQUESTS = 'inference_requests_total';
const SUCCESS = { model_type: 'document', status: 'success' };

/** The main thread has the id 0, the observer's the next; the one that tells is started after them. */
const ONE_OBSERVER = 2;

describe('An application that is preloaded', () => {
  afterEach(endPrograms);

  const ways: readonly (readonly [string, ProgramOptions])[] = [
    ['--import', { flags: ['--import', PRELOAD] }],
    ['--require, from CommonJS', { flags: ['--require', PRELOAD_COMMONJS] }],
    ['NODE_OPTIONS', { environment: { NODE_OPTIONS: [...SOURCE_FLAGS, `--import=${PRELOAD}`].join(' ') } }],
  ];
  for (const [what, options] of ways) {
    it(`has one observer and says nothing by itself, with ${what}`, async () => {
      const program = startProgram(APPLICATION, options);
      const told = await scrape(await program.hear('metricsUrl'));
      expect(told.value(REQUESTS, SUCCESS)).to.equal(1);
      program.endInput();
      expect(await program.hear('threads')).to.equal(ONE_OBSERVER);
      expect(await program.ended).to.include({ code: 0, errors: '' });
    });
  }

  it('counts what its own threads record, which are preloaded too', async () => {
    const program = startProgram(APPLICATION, { flags: ['--import', PRELOAD], args: ['thread'] });
    const metricsUrl = await program.hear<string>('metricsUrl');
    await program.hear('ended');
    expect((await scrape(metricsUrl)).value(REQUESTS, SUCCESS)).to.equal(2);
    program.endInput();
    expect(await program.hear('threads')).to.equal(ONE_OBSERVER + 1);
    expect(await program.ended).to.include({ code: 0, errors: '' });
  });
});

describe('An application under the permission model', () => {
  afterEach(endPrograms);

  const hasNetworkRules = process.allowedNodeEnvironmentFlags.has('--allow-net');
  const allowNetwork = hasNetworkRules ? ['--allow-net'] : [];
  const flags = ['--disable-warning=SecurityWarning', '--import', PRELOAD, '--permission', '--allow-fs-read=*'];

  it('is observed by a thread where it may start one', async () => {
    const program = startProgram(APPLICATION, { flags: [...flags, ...allowNetwork, '--allow-worker'] });
    const told = await scrape(await program.hear('metricsUrl'));
    expect(told.value(REQUESTS, SUCCESS)).to.equal(1);
    program.endInput();
    expect(await program.hear('threads')).to.equal(ONE_OBSERVER);
    expect(await program.ended).to.include({ code: 0, errors: '' });
  });

  it('is observed inline, with one warning, where it may start no thread', async () => {
    const program = startProgram(APPLICATION, { flags: [...flags, ...allowNetwork] });
    const told = await scrape(await program.hear('metricsUrl'));
    expect(told.value(REQUESTS, SUCCESS)).to.equal(1);
    program.endInput();
    expect(await program.hear('threads')).to.equal('ERR_ACCESS_DENIED');
    const { code, errors } = await program.ended;
    expect(code).to.equal(0);
    expect(errors).to.match(/^inferometer: the observer thread cannot be started .+\n$/);
  });

  it('goes on without an endpoint where it may not use the network', async function () {
    if (!hasNetworkRules) {
      // This version of Node.js has no permission for the network.
      this.skip();
    }
    const program = startProgram(APPLICATION, { flags });
    expect(await program.hear('refused')).to.equal('LISTEN_FAILED');
    program.endInput();
    const { code, errors } = await program.ended;
    expect(code).to.equal(0);
    expect(errors).to.match(/this process may not use the network; start it with --allow-net\.\n$/);
  });
});

describe('A test run by Vitest', () => {
  for (const pool of ['threads', 'forks']) {
    it(`observes a service in each of its ${pool} and ends`, async () => {
      const vitest = new URL('vitest.mjs', import.meta.resolve('vitest/package.json'));
      const { code, output, errors } = await runProgram(vitest, {
        args: ['run', '--pool', pool, '--reporter', 'tap-flat'],
        environment: { NODE_OPTIONS: SOURCE_FLAGS.join(' '), NO_COLOR: '1' },
        workingDirectory: new URL('fixtures/vitest-project', import.meta.url),
      });
      // Each of its two threads is told that it counts alone; a fork is a process of its own.
      const warnings = errors.match(/^inferometer: initObservability\(\) was called in a worker thread .+$/gm) ?? [];
      expect(errors.trim().split('\n').filter(Boolean)).to.deep.equal(warnings);
      expect(warnings).to.have.lengthOf(pool === 'threads' ? 2 : 0);
      expect(output.match(/^ok /gm), output).to.have.lengthOf(2);
      expect(code).to.equal(0);
    });
  }
});

describe('A cluster', () => {
  const script = new URL('fixtures/cluster.ts', import.meta.url);

  afterEach(endPrograms);

  it('has an endpoint for each worker on port 0', async () => {
    const program = startProgram(script, { args: ['0'] });
    const urls = [await program.hear<string>('metricsUrl'), await program.hear<string>('metricsUrl')];
    expect(new Set(urls).size).to.equal(2);
    for (const url of urls) {
      expect((await scrape(url)).value(REQUESTS, SUCCESS)).to.equal(1);
    }
    program.endInput();
    expect(await program.ended).to.include({ code: 0, errors: '' });
  });

  it('has one endpoint on a port of its own, and its other worker goes on without', async () => {
    const port = await freePort();
    const program = startProgram(script, { args: [`${port}`] });
    const metricsUrl = await program.hear<string>('metricsUrl');
    expect(await program.hear('refused')).to.equal('PORT_IN_USE');
    expect((await scrape(metricsUrl)).value(REQUESTS, SUCCESS)).to.equal(1);
    program.endInput();
    expect(await program.ended).to.include({ code: 0 });
  });
});

describe('A worker thread that alone is observed', () => {
  afterEach(endPrograms);

  it('has an observer of its own, says so once, and ends when it has nothing left to do', async () => {
    const program = startProgram(new URL('fixtures/only-in-a-thread.ts', import.meta.url));
    const told = await scrape(await program.hear('metricsUrl'));
    expect(told.value(REQUESTS, SUCCESS)).to.equal(1);
    program.endInput();
    const { code, errors } = await program.ended;
    expect(code).to.equal(0);
    expect(errors).to.equal(
      'inferometer: initObservability() was called in a worker thread while the main thread has no observability, so ' +
        'this thread observes itself alone: other threads count apart from it, and it takes an endpoint of its own; ' +
        'call initObservability() on the main thread first.\n',
    );
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
