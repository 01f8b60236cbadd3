import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The example, in a process of its own. */
export interface LoadedService {
  readonly url: string;
  /** `undefined` without instrumentation. */
  readonly metricsUrl: string | undefined;
  /** CPU time of all its threads since it started, in ms, to 10 ms; `undefined` where the system has no /proc. */
  cpuMs(): number | undefined;
  /** Ends the service as an operator would. */
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../examples/multimodal-api/src/main.ts', import.meta.url));

/** Loading takes a second; a machine that is busy gets half a minute. */
const START_LIMIT_MS = 30_000;

/** Linux counts CPU time in these for programs, whatever its own clock is: `USER_HZ`, see time(7). */
const TICKS_PER_SECOND = 100;

/** @throws Error with what the service said if it does not start */
export async function startLoadedService(instrumented: boolean, nodeFlags: readonly string[]): Promise<LoadedService> {
  // No replay: what is measured is the load alone.
  const args = [...nodeFlags, MAIN, '--port', '0', '--metrics-port', '0', '--no-replay'];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...withoutTelemetry(process.env), ...(instrumented ? undefined : { OTEL_SDK_DISABLED: 'true' }) },
  });
  const exited = once(child, 'exit');
  const limit = setTimeout(() => child.kill('SIGKILL'), START_LIMIT_MS);
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    said.push(line);
    if (line.startsWith('Ctrl-C')) {
      break;
    }
  }
  clearTimeout(limit);
  child.stdout.resume();
  const url = addressOf('service', said);
  if (url === undefined || child.pid === undefined) {
    throw new Error(`the example did not start: ${said.join('\n')}`);
  }
  const { pid } = child;
  return {
    url,
    metricsUrl: addressOf('metrics', said),
    cpuMs: () => cpuMsOf(pid),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

function addressOf(what: string, lines: readonly string[]): string | undefined {
  const pattern = new RegExp(`^${what} +(http\\S+)$`);
  return lines.map((line) => pattern.exec(line)?.[1]).find((address) => address !== undefined);
}

/** A machine's own `OTEL_*` settings must not change what is measured. */
function withoutTelemetry(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('OTEL_')));
}

function cpuMsOf(pid: number): number | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is a name in parentheses, which may hold anything; utime and stime are the 14th and 15th.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}
