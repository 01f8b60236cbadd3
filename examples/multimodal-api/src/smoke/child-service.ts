import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
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

/**
 * Starts the service as its users do, on free ports and without replay.
 *
 * @param further options of the service
 * @param onLine called with each line that the service prints
 */
export async function startChildService(
  further: readonly string[] = [],
  onLine: (line: string) => void = () => {},
): Promise<ChildService> {
  const args = [...process.execArgv, MAIN, '--port', '0', '--metrics-port', '0', '--no-replay', ...further];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  const output = await Promise.race([
    readUntilStarted(child.stdout, onLine),
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

async function readUntilStarted(stdout: Readable, onLine: (line: string) => void): Promise<string> {
  let output = '';
  return new Promise((resolve) => {
    createInterface({ input: stdout }).on('line', (line) => {
      onLine(line);
      if (output.includes('Ctrl-C')) return;
      output += `${line}\n`;
      // The last line that the service prints when it starts.
      if (line.includes('Ctrl-C')) resolve(output);
    });
  });
}

function addressOf(what: string, output: string): string | undefined {
  return new RegExp(`^${what} +(http\\S+)$`, 'm').exec(output)?.[1];
}
