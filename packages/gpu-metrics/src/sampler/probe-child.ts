import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ProbeStart } from '../probe/probe-messages.ts';
import { probeEnvironment, probeFlags } from './probe-environment.ts';

/** A running probe. */
export interface ProbeChild {
  /** Asks it to end, and makes it end soon after. */
  stop(): void;
  /** Ends it at once. Where a driver call hangs in the kernel it ends when that call does. */
  kill(): void;
}

/** What a probe brings. */
export interface ProbeChildEvents {
  /** Text from its standard output. */
  readonly onText: (text: string) => void;
  /** It has ended, or could not be started. Called once. */
  readonly onEnd: (end: ProbeChildEnd) => void;
}

/** How a probe ended. */
export interface ProbeChildEnd {
  /** For people: `exit code 1`, `signal SIGSEGV`, `spawn EAGAIN`, and the last that it wrote to standard error. */
  readonly reason: string;
  /** Whether it died of a fault of its own machine code, as a driver's library can have. */
  readonly isCrash: boolean;
}

/** Starts a probe. */
export type StartProbeChild = (start: ProbeStart, events: ProbeChildEvents) => ProbeChild;

/** Signals by which machine code ends that went wrong. */
const CRASHES: ReadonlySet<string> = new Set(['SIGSEGV', 'SIGBUS', 'SIGILL', 'SIGABRT', 'SIGFPE']);

/** How long a probe may take to leave the driver in order. */
const LEAVE_MS = 1000;

/** The end of what it wrote to standard error is enough to see why it died. */
const ERROR_TAIL = 400;

/** Starts the probe as a process of Node.js, whose standard input ends when this process does. */
export const spawnProbe: StartProbeChild = (start, events) => {
  const child = spawn(process.execPath, [...probeFlags(process.execArgv), probePath(), JSON.stringify(start)], {
    env: probeEnvironment(process.env, process.pid),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });
  return new SpawnedProbe(child, events);
};

/** The probe's file: compiled beside the compiled, source beside the source. */
export function probePath(): string {
  return fileURLToPath(
    import.meta.url.endsWith('.ts')
      ? new URL('../probe/gpu-probe.ts', import.meta.url)
      : new URL('../probe/gpu-probe.js', import.meta.url),
  );
}

class SpawnedProbe implements ProbeChild {
  readonly #child: ChildProcess;
  #errors = '';
  #hasEnded = false;

  constructor(child: ChildProcess, { onText, onEnd }: ProbeChildEvents) {
    this.#child = child;
    const end = (reason: string, isCrash: boolean): void => {
      if (!this.#hasEnded) {
        this.#hasEnded = true;
        const errors = this.#errors.trim();
        onEnd({ reason: errors === '' ? reason : `${reason}; ${errors}`, isCrash });
      }
    };
    child.stdout?.setEncoding('utf8').on('data', onText);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-ERROR_TAIL);
    });
    child.once('error', (error) => end(error.message, false));
    child.once('exit', (code, signal) => {
      end(signal === null ? `exit code ${code}` : `signal ${signal}`, CRASHES.has(signal ?? ''));
    });
    for (const stream of [child.stdin, child.stdout, child.stderr]) {
      // What is written to or read from a probe that dies in the meantime is lost; its end is told by its exit.
      stream?.on('error', () => undefined);
      (stream as { unref?: () => void } | null)?.unref?.();
    }
    child.unref();
  }

  stop(): void {
    this.#child.stdin?.end();
    if (!this.#hasEnded) {
      const timer = setTimeout(() => this.kill(), LEAVE_MS).unref();
      this.#child.once('exit', () => clearTimeout(timer));
    }
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
