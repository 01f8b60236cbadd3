import { diag } from '@opentelemetry/api';
import { existsSync } from 'node:fs';
import { isSea } from 'node:sea';
import type { ProbeStart } from '../probe/probe-messages.ts';
import type { GpuSnapshot } from '../snapshot/gpu-snapshot.ts';
import { mayHaveGpu } from './gpu-presence.ts';
import type { GpuSourceOptions } from './gpu-source-options.ts';
import { probePath, spawnProbe } from './probe-child.ts';
import { isServedByOther } from './probe-environment.ts';
import { type GpuProbeState, type ProbeListener, ProbeSupervisor } from './probe-supervisor.ts';
import { GPU_PROBE_VARIABLE } from './probe-variable.ts';
import { systemClock } from './sampler-clock.ts';

/** How the GPUs are sampled. */
export interface GpuSamplerOptions {
  /** Pause between two snapshots in milliseconds, an integer from 100 to 3,600,000; default 10,000. */
  readonly intervalMs?: number;
  /**
   * Pause between two looks at what is dear to ask or seldom changes (memory by process, ECC, MIG's layout); default
   * 60,000, and never less than {@link intervalMs}.
   */
  readonly slowIntervalMs?: number;
  /** The process whose GPU memory is told apart; default this one. */
  readonly processId?: number;
  /** Where the GPUs are looked for. */
  readonly sources?: GpuSourceOptions;
  /**
   * Where the totals of counters are kept, so that they go on in another sampler which is given the same memory later,
   * in this thread or another: 256 bytes for each device, zeros at first. Of several samplers that share a probe, the
   * first one's memory is used. Default: totals end with the sampler.
   */
  readonly counters?: SharedArrayBuffer | undefined;
  /** Called for each snapshot. What it throws is caught and warned about. */
  readonly onSnapshot?: (snapshot: GpuSnapshot) => void;
  /** Called when the state changes, so also when snapshots stop coming. */
  readonly onStateChange?: (state: GpuProbeState) => void;
}

/** A running sampler. */
export interface GpuSampler {
  /** Whether there are GPUs, and whether the probe answers. */
  readonly state: GpuProbeState;
  /** The last snapshot, or `undefined` if none came for three intervals. It does not wait. */
  latest(): GpuSnapshot | undefined;
  /** Ends the probe, if nobody else here needs it. */
  stop(): void;
}

const DEFAULT_INTERVAL_MS = 10_000;
const DEFAULT_SLOW_INTERVAL_MS = 60_000;

/** Below it the probe would compete with the inference for the driver's locks. */
const SHORTEST_INTERVAL_MS = 100;
const LONGEST_INTERVAL_MS = 3_600_000;

/**
 * Samples the GPUs of this machine in a process of its own and hands out the answers.
 *
 * The process is started only where a GPU may be, only once for all samplers of this thread that look in the same
 * places, and not at all in children of a process that samples. It ends with this process, however that ends. It does
 * not keep this process alive.
 *
 * @throws RangeError if an option has a value that cannot be used
 *
 * @example
 * const sampler = startGpuSampler({ onSnapshot: ({ devices }) => console.log(devices[0]?.utilizationPercent) });
 */
export function startGpuSampler(options: GpuSamplerOptions = {}): GpuSampler {
  const start = resolveStart(options);
  const reason = whyNot(start);
  if (reason !== undefined) {
    diag[reason.level](`inferometer: no GPU is sampled: ${reason.text}.`);
    return ABSENT;
  }
  const { onSnapshot, onStateChange, counters } = options;
  return share(start, { onSnapshot, onStateChange }, counters);
}

const ABSENT: GpuSampler = { state: 'absent', latest: () => undefined, stop: () => undefined };

function resolveStart(options: GpuSamplerOptions): ProbeStart {
  const intervalMs = checkInterval('intervalMs', options.intervalMs ?? DEFAULT_INTERVAL_MS);
  const slowIntervalMs = checkInterval('slowIntervalMs', options.slowIntervalMs ?? DEFAULT_SLOW_INTERVAL_MS);
  return {
    intervalMs,
    slowEveryTicks: Math.max(1, Math.round(slowIntervalMs / intervalMs)),
    processId: options.processId ?? process.pid,
    sources: { ...options.sources },
  };
}

function checkInterval(name: string, value: unknown): number {
  if (!Number.isInteger(value) || Number(value) < SHORTEST_INTERVAL_MS || Number(value) > LONGEST_INTERVAL_MS) {
    throw new RangeError(
      `${name} must be an integer from ${SHORTEST_INTERVAL_MS} to ${LONGEST_INTERVAL_MS}, ` +
        `received ${typeof value === 'string' ? JSON.stringify(value) : String(value)}; ` +
        `set it in milliseconds or leave it out.`,
    );
  }
  return Number(value);
}

interface Refusal {
  readonly level: 'debug' | 'warn';
  readonly text: string;
}

function whyNot({ sources }: ProbeStart): Refusal | undefined {
  const { platform, env: environment, pid } = process;
  if (isServedByOther(environment, pid)) {
    return { level: 'debug', text: `process ${environment[GPU_PROBE_VARIABLE]} does it for all of its children` };
  }
  if (!mayHaveGpu({ platform, environment, sources })) {
    return { level: 'debug', text: 'there is neither a driver nor a card here' };
  }
  if (isSea()) {
    // The executable is the application: it would be started a second time.
    return { level: 'warn', text: 'a single-executable application has no Node.js to run the probe with' };
  }
  if ((import.meta.url as string | undefined) === undefined) {
    const text = 'a bundle in CommonJS form does not know where its files are; keep @inferometer/gpu-metrics out of it';
    return { level: 'warn', text };
  }
  if (!existsSync(probePath())) {
    return { level: 'warn', text: `${probePath()} is missing; keep @inferometer/gpu-metrics out of the bundle` };
  }
  return undefined;
}

interface SharedSupervisor {
  readonly supervisor: ProbeSupervisor;
  users: number;
}

/** One registry for all copies of this version of the package in a thread. */
const REGISTRY = Symbol.for('inferometer.gpuProbes.1');

function share(start: ProbeStart, listener: ProbeListener, counters: SharedArrayBuffer | undefined): GpuSampler {
  const registry = sharedSupervisors();
  const key = JSON.stringify([start.sources, start.processId]);
  const shared = registry.get(key) ?? {
    supervisor: new ProbeSupervisor({ start, startChild: spawnProbe, clock: systemClock, counters }),
    users: 0,
  };
  registry.set(key, shared);
  shared.users += 1;
  process.env[GPU_PROBE_VARIABLE] = String(process.pid);
  const leave = shared.supervisor.listen(listener);
  let isStopped = false;
  return {
    get state() {
      return isStopped ? 'absent' : shared.supervisor.state;
    },
    latest: () => (isStopped ? undefined : shared.supervisor.latest()),
    stop() {
      if (isStopped) {
        return;
      }
      isStopped = true;
      leave();
      shared.users -= 1;
      if (shared.users === 0) {
        shared.supervisor.stop();
        registry.delete(key);
      }
      if (registry.size === 0) {
        delete process.env[GPU_PROBE_VARIABLE];
      }
    },
  };
}

function sharedSupervisors(): Map<string, SharedSupervisor> {
  const holder = globalThis as unknown as Record<symbol, Map<string, SharedSupervisor> | undefined>;
  return (holder[REGISTRY] ??= new Map());
}
