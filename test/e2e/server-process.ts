import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '../support/eventually.ts';
import { httpRequest } from '../support/http-request.ts';

/** A server of others that a test stops and starts again where it was. */
export interface ServerProcess {
  /** Starts it and waits until it answers. */
  start(): Promise<void>;
  /** Ends it and waits for that. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** What it has written so far, over all of its lives. */
  readonly log: string;
}

export interface ServerProgram {
  readonly path: string;
  readonly args: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Answers with 200 once it works. */
  readonly readyUrl: string;
}

export function serverProcess(program: ServerProgram): ServerProcess {
  return new Server(program);
}

/** Longer than any server takes on a machine that is busy with other things. */
const START_LIMIT_MS = 30_000;

class Server implements ServerProcess {
  readonly #program: ServerProgram;
  #child: ChildProcess | undefined;
  #log = '';

  constructor(program: ServerProgram) {
    this.#program = program;
  }

  get log(): string {
    return this.#log;
  }

  async start(): Promise<void> {
    const { path, args, environment = {}, readyUrl } = this.#program;
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
    this.#child = child;
    const keep = (text: string): void => {
      this.#log += text;
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    await eventually(
      async () => {
        if (child.exitCode === null) {
          return (await httpRequest(readyUrl)).status === 200 ? true : undefined;
        }
        throw new Error(`${path} ended with ${child.exitCode}: ${this.#log}`);
      },
      { timeoutMs: START_LIMIT_MS },
    );
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    }
  }
}
