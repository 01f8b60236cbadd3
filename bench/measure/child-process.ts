import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * A process that measures one library and nothing else: what V8 learns from one must not shape the code of another, and
 * none has to clean up another's garbage.
 */
export interface MeasuringProcess {
  /** Sends a request and waits for its answer; one at a time. */
  request<Answer>(request: unknown): Promise<Answer>;
  end(): Promise<void>;
}

/** @param script relative to bench/children/ */
export function startMeasuringProcess(
  script: string,
  args: readonly string[],
  nodeFlags: readonly string[],
): MeasuringProcess {
  const file = fileURLToPath(new URL(`../children/${script}`, import.meta.url));
  const child = spawn(process.execPath, [...nodeFlags, file, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: withoutTelemetrySettings(process.env),
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    request: <Answer>(request: unknown) => requestOf<Answer>(child, request),
    end: async (): Promise<void> => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill();
        await exited;
      }
    },
  };
}

async function requestOf<Answer>(child: ChildProcess, request: unknown): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const onExit = (code: number | null): void =>
    reject(new Error(`The measuring process ended with ${code ?? child.signalCode} before it answered.`));
  child.once('exit', onExit);
  child.once('message', (answer) => resolve(answer as Answer));
  child.send(request as object);
  try {
    return await promise;
  } finally {
    child.off('exit', onExit);
  }
}

/** A machine's own `OTEL_*` settings must not change what is measured. */
function withoutTelemetrySettings(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('OTEL_')));
}

/**
 * Answers requests in a measuring process; the process ends with the one that started it.
 *
 * @param answer takes what the other side sends, and says of what type that is
 */
export function answerRequests(answer: (request: never) => unknown): void {
  process.on('message', (request) => {
    void (async (): Promise<void> => {
      process.send?.(await answer(request as never));
    })();
  });
  process.on('disconnect', () => process.exit());
}
