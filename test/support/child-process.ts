import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a program ended and all that it wrote. */
export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

/** A program in a process of its own, which says things as JSON lines on standard output. */
export interface Program {
  readonly pid: number;
  /** Settled when the program has ended and all of its output is here. */
  readonly ended: Promise<ProgramEnd>;
  /** Standard error up to now. */
  readonly errors: string;
  /**
   * The next value that the program says under `topic`, as a line `{"topic": value}`; each is handed out once.
   * @throws Error with all of the output if the program ends without
   */
  hear<Value>(topic: string): Promise<Value>;
  /** Settled once standard output matches; rejected if the program ends without. */
  print(pattern: RegExp): Promise<RegExpExecArray>;
  /** Settled once standard error matches; rejected if the program ends without. */
  complain(pattern: RegExp): Promise<void>;
  /** Writes a line to standard input. */
  write(line: string): void;
  /** Ends standard input. */
  endInput(): void;
  kill(signal: NodeJS.Signals): void;
}

export interface ProgramOptions {
  readonly args?: readonly string[];
  /** Flags for Node.js, besides those that the sources need. */
  readonly flags?: readonly string[];
  /** On top of this process's environment, which loses all `OTEL_*` variables and `NODE_OPTIONS`. */
  readonly environment?: NodeJS.ProcessEnv;
  readonly workingDirectory?: string | URL;
}

/** Flags with which Node.js runs the sources of this repository; also what it says of TypeScript is kept quiet. */
export const SOURCE_FLAGS: readonly string[] = [
  '--conditions=@inferometer/source',
  '--disable-warning=ExperimentalWarning',
];

/** Half of the time that a program of the tests takes to start goes into reading TypeScript, the same each time. */
const COMPILE_CACHE = fileURLToPath(new URL('../../node_modules/.cache/node-compile', import.meta.url));

const running = new Set<ChildProcess>();

/** Starts `script` (a file URL) with the Node.js that runs the test. */
export function startProgram(script: URL, options: ProgramOptions = {}): Program {
  const { args = [], flags = [], environment = {}, workingDirectory } = options;
  const child = spawn(process.execPath, [...SOURCE_FLAGS, ...flags, fileURLToPath(script), ...args], {
    env: { ...cleanEnvironment(), NODE_COMPILE_CACHE: COMPILE_CACHE, ...environment },
    ...(workingDirectory === undefined ? undefined : { cwd: workingDirectory }),
  });
  running.add(child);
  return new SpokenProgram(child);
}

/** Runs `script` to its end, with nothing on standard input. */
export async function runProgram(script: URL, options: ProgramOptions = {}): Promise<ProgramEnd> {
  const program = startProgram(script, options);
  program.endInput();
  return await program.ended;
}

/** Ends whatever a test has left running; call it after each test. */
export async function endPrograms(): Promise<void> {
  const closed = [...running].map((child) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    child.once('close', () => resolve());
    child.kill('SIGKILL');
    return promise;
  });
  await Promise.all(closed);
}

/** The environment of this process without what would configure the program under test. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('OTEL_') && name !== 'NODE_OPTIONS'),
  );
}

interface Listener {
  attempt(): boolean;
  readonly fail: (error: Error) => void;
}

class SpokenProgram implements Program {
  readonly ended: Promise<ProgramEnd>;
  readonly #child: ChildProcess;
  readonly #heard: { readonly topic: string; readonly value: unknown }[] = [];
  readonly #listeners = new Set<Listener>();
  #output = '';
  #errors = '';
  #partialLine = '';
  #end: ProgramEnd | undefined;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors += text;
      this.#attemptAll();
    });
    // A program that has ended meanwhile reads nothing any more.
    child.stdin?.on('error', () => undefined);
    const { promise, resolve } = Promise.withResolvers<ProgramEnd>();
    this.ended = promise;
    child.once('close', (code: number | null, signal: NodeJS.Signals | null) => {
      running.delete(child);
      this.#end = { code, signal, output: this.#output, errors: this.#errors };
      resolve(this.#end);
      for (const listener of this.#listeners) {
        listener.fail(this.#endedError());
      }
    });
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get errors(): string {
    return this.#errors;
  }

  hear<Value>(topic: string): Promise<Value> {
    return this.#wait(() => {
      const place = this.#heard.findIndex((heard) => heard.topic === topic);
      return place === -1 ? undefined : { value: this.#heard.splice(place, 1)[0]?.value as Value };
    });
  }

  print(pattern: RegExp): Promise<RegExpExecArray> {
    return this.#wait(() => {
      const value = pattern.exec(this.#output);
      return value === null ? undefined : { value };
    });
  }

  complain(pattern: RegExp): Promise<void> {
    return this.#wait(() => (pattern.test(this.#errors) ? { value: undefined } : undefined));
  }

  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  endInput(): void {
    this.#child.stdin?.end();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  #read(text: string): void {
    this.#output += text;
    const lines = (this.#partialLine + text).split('\n');
    this.#partialLine = lines.pop() ?? '';
    for (const line of lines) {
      for (const [topic, value] of Object.entries(readJson(line))) {
        this.#heard.push({ topic, value });
      }
    }
    this.#attemptAll();
  }

  #wait<Value>(find: () => { readonly value: Value } | undefined): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    const listener: Listener = {
      attempt: () => {
        const found = find();
        if (found !== undefined) {
          resolve(found.value);
        }
        return found !== undefined;
      },
      fail: reject,
    };
    if (!listener.attempt()) {
      if (this.#end === undefined) {
        this.#listeners.add(listener);
      } else {
        reject(this.#endedError());
      }
    }
    return promise;
  }

  #attemptAll(): void {
    for (const listener of this.#listeners) {
      if (listener.attempt()) {
        this.#listeners.delete(listener);
      }
    }
  }

  #endedError(): Error {
    const { code, signal } = this.#end ?? {};
    return new Error(`the program ended with ${code ?? signal} and said\n${this.#output}\n${this.#errors}`);
  }
}

function readJson(line: string): Record<string, unknown> {
  try {
    return line.startsWith('{') ? (JSON.parse(line) as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
