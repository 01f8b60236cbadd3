import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { endPrograms, startProgram } from '../support/child-process.ts';

const MAIN = new URL('../../examples/multimodal-api/src/main.ts', import.meta.url);

describe('the multimodal example: telemetry of ONNX Runtime', () => {
  let home: string;

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'inferometer-home-'));
  });

  after(async () => {
    await endPrograms();
    await rm(home, { recursive: true, force: true });
  });

  it('is off: the home folder gets no identifier of the device, without which ONNX Runtime sends nothing', async function () {
    this.timeout(60_000);
    const program = startProgram(MAIN, {
      args: ['--port', '0', '--metrics-port', '0', '--no-replay'],
      // In CI it is off by itself.
      environment: { HOME: home, XDG_CACHE_HOME: undefined, CI: undefined, ORT_DISABLE_TELEMETRY: undefined },
    });
    await program.print(/^Ctrl-C stops/m);
    program.kill('SIGTERM');
    await program.ended;
    expect(await readdir(home)).to.deep.equal([]);
  });
});
