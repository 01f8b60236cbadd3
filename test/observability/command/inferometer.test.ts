import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { version } from '../../../packages/observability/src/version.ts';
import { endPrograms, type Program, runProgram, startProgram } from '../../support/child-process.ts';
import { eventually } from '../../support/eventually.ts';
import { scrape } from '../../support/scrape.ts';

const COMMAND = new URL('../../../packages/observability/src/command/inferometer.ts', import.meta.url);

describe('the command inferometer', () => {
  afterEach(endPrograms);

  it('tells what it can do', async () => {
    const { code, output } = await runProgram(COMMAND, { args: ['--help'] });
    expect(code).to.equal(0);
    expect(output).to.include('Usage: inferometer <command> [options]').and.include('serve');
  });

  it('shows what it can do, as a mistake, when it is given nothing', async () => {
    const { code, output } = await runProgram(COMMAND);
    expect(code).to.equal(2);
    expect(output).to.include('Usage: inferometer');
  });

  it('suggests the command that was meant', async () => {
    const { code, errors } = await runProgram(COMMAND, { args: ['serv'] });
    expect(code).to.equal(2);
    expect(errors).to.equal('inferometer: there is no command "serv"; did you mean serve?\n');
  });

  it('explains serve', async () => {
    const { code, output } = await runProgram(COMMAND, { args: ['serve', '--help'] });
    expect(code).to.equal(0);
    expect(output).to.include('--port <number>').and.include('--host <address>');
  });

  it('refuses a port that is none, and a flag that it does not have', async () => {
    const port = await runProgram(COMMAND, { args: ['serve', '--port', '90a0'] });
    expect(port.code).to.equal(2);
    expect(port.errors).to.equal('inferometer: --port must be a whole number from 0 to 65535, received "90a0".\n');
    const flag = await runProgram(COMMAND, { args: ['serve', '--prot', '9090'] });
    expect(flag.code).to.equal(2);
    expect(flag.errors).to.include("Unknown option '--prot'").and.include('inferometer serve --help');
  });

  it('does not pretend to serve where the environment switches everything off', async () => {
    const disabled = await runProgram(COMMAND, { args: ['serve'], environment: { OTEL_SDK_DISABLED: 'true' } });
    expect(disabled.code).to.equal(1);
    expect(disabled.errors).to.equal('inferometer: OTEL_SDK_DISABLED is set, so there is nothing to serve.\n');
    const none = await runProgram(COMMAND, { args: ['serve'], environment: { OTEL_METRICS_EXPORTER: 'none' } });
    expect(none.code).to.equal(1);
    expect(none.errors).to.equal(
      'inferometer: OTEL_METRICS_EXPORTER names no exporter, so there is nobody to serve.\n',
    );
  });

  it('serves host metrics without an application until it is told to end', async () => {
    const server = startProgram(COMMAND, { args: ['serve', '--port', '0', '--host', '127.0.0.1'] });
    const metricsUrl = await metricsUrlOf(server);
    // The first samples are taken while the endpoint opens already.
    await eventually(async () => {
      const host = await scrape(metricsUrl);
      expect(host.value('memory_limit_bytes')).to.be.above(0);
      expect(host.value('inferometer_resource_scope')).to.equal(1);
      expect(host.value('cpu_utilization_percent')).to.be.within(0, 100);
      return host;
    });
    server.kill('SIGTERM');
    expect(await server.ended).to.include({ code: 0, signal: null, errors: '' });
  });

  it('is a service of its own, in whichever folder it runs, unless variables say otherwise', async () => {
    const args = ['serve', '--port', '0', '--host', '127.0.0.1'];
    // As an installed command is found, which is no part of the application that has it installed.
    const folder = mkdtempSync(join(tmpdir(), 'inferometer-'));
    const installed = pathToFileURL(join(folder, 'node_modules', 'inferometer.ts'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(fileURLToPath(COMMAND), installed);
    writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "version": "7.8.9" }');
    try {
      const own = startProgram(installed, { args, workingDirectory: folder });
      const named = startProgram(installed, {
        args,
        workingDirectory: folder,
        environment: { OTEL_SERVICE_NAME: '', OTEL_RESOURCE_ATTRIBUTES: 'service.name=gpu-7,service.version=3' },
      });
      const services = await Promise.all(
        [own, named].map(async (server) => {
          const { families } = await scrape(await metricsUrlOf(server));
          return families.get('target_info')?.samples[0]?.labels;
        }),
      );
      expect(services[0]).to.include({ service_name: 'inferometer', service_version: version });
      expect(services[1]).to.include({ service_name: 'gpu-7', service_version: '3' });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('ends with a clear word where the port is taken', async () => {
    const first = startProgram(COMMAND, { args: ['serve', '--port', '0', '--host', '127.0.0.1'] });
    const metricsUrl = await metricsUrlOf(first);
    const { port } = new URL(metricsUrl);
    const { code, errors } = await runProgram(COMMAND, { args: ['serve', '--port', port, '--host', '127.0.0.1'] });
    expect(code).to.equal(1);
    expect(errors).to.include(`cannot listen on 127.0.0.1:${port} because that port is in use`);
    first.kill('SIGINT');
    expect(await first.ended).to.include({ code: 0 });
  });
});

async function metricsUrlOf(server: Program): Promise<string> {
  const [, metricsUrl = ''] = await server.print(/served on (\S+)\. End with Ctrl-C\./);
  return metricsUrl;
}
