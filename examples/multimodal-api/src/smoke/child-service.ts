import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface ChildService {
  readonly url: string;
  readonly metricsUrl: string;
  /** Sends SIGTERM and returns the exit code, or the signal that ended the process if there is none. */
  stop(): Promise<number | string>;
}

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 10_000;
const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Starts the service as its users do, on free ports and without replay. */
export async function startChildService(): Promise<ChildService> {
  const args = [...process.execArgv, MAIN, '--port', '0', '--metrics-port', '0', '--no-replay'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  const output = await Promise.race([
    readUntilStarted(child.stdout),
    exited.then(([code]) => `the service ended with exit code ${code}`),
    new Promise<string>((resolve) => setTimeout(resolve, START_TIMEOUT_MS, 'the service took too long').unref()),
  ]);
  const url = addressOf('service', output);
  const metricsUrl = addressOf('metrics', output);
  if (url === undefined || metricsUrl === undefined) {
    child.kill('SIGKILL');
    throw new Error(`no addresses in the service's output: ${output}`);
  }
  return {
    url,
    metricsUrl,
    async stop() {
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      const [code, signal] = await exited;
      clearTimeout(killer);
      return code ?? signal ?? 'unknown';
    },
  };
}

async function readUntilStarted(stdout: NodeJS.ReadableStream): Promise<string> {
  let output = '';
  stdout.setEncoding('utf8');
  return new Promise((resolve) => {
    stdout.on('data', (chunk: string) => {
      output += chunk;
      // The last line that the service prints.
      if (output.includes('Ctrl-C')) resolve(output);
    });
  });
}

function addressOf(what: string, output: string): string | undefined {
  return new RegExp(`^${what} +(http\\S+)$`, 'm').exec(output)?.[1];
}
