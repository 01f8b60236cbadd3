import type { ProbeMessage, ProbeNote, ProbeStart } from '../probe/probe-messages.ts';
import { CounterTotals } from '../snapshot/counter-totals.ts';
import type { GpuSnapshot } from '../snapshot/gpu-snapshot.ts';
import { readSnapshot } from '../snapshot/read-snapshot.ts';
import { LineSplitter } from './line-splitter.ts';
import type { ProbeChild, ProbeChildEnd, StartProbeChild } from './probe-child.ts';
import { RepeatedMessages } from './repeated-messages.ts';
import type { SamplerClock } from './sampler-clock.ts';

/**
 * - `absent`: there is no GPU here, or nobody may look.
 * - `starting`: the first answer has not come yet.
 * - `up`: the last answer is fresh and told of at least one GPU.
 * - `down`: no answer for three intervals, or no GPU any more.
 */
export type GpuProbeState = 'absent' | 'starting' | 'up' | 'down';

/** A snapshot counts for this many intervals: one may be late, two may be lost with a probe that is started anew. */
export const FRESH_INTERVALS = 3;

/** What goes on in the first start of a driver (without its persistence mode, for each of eight GPUs) takes so long. */
const FIRST_ANSWER_MS = 60_000;

/** Starting a process on a busy machine takes so long; until then silence says nothing, however short the interval. */
const START_MS = 5000;

/** No tick of a healthy driver takes longer; a shorter silence of a fast probe is a busy machine. */
const SHORTEST_DEADLINE_MS = 10_000;

const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 300_000;

/** A probe that lived this long was well; the next trouble starts again with the shortest wait. */
const STABLE_AFTER_MS = 600_000;

/** Where no GPU was found, a driver may still be being installed. */
const FIRST_LOOK_AGAIN_MS = 60_000;
const LATEST_LOOK_AGAIN_MS = 3_600_000;

/** A tick of 256 devices takes 200 KB; a probe that says 20 times as much in one interval has gone wild. */
const MOST_TEXT_PER_INTERVAL = 4_194_304;

/** After this many crashes without a good answer between them, NVIDIA's library is left to another program. */
const CRASHES_UNTIL_SWITCH = 3;

export interface ProbeSupervisorParts {
  readonly start: ProbeStart;
  readonly startChild: StartProbeChild;
  readonly clock: SamplerClock;
  /** Where totals of counters are kept; default memory that ends with this object. */
  readonly counters?: SharedArrayBuffer | undefined;
}

/** Who is told of snapshots and of changes of state. */
export interface ProbeListener {
  readonly onSnapshot?: ((snapshot: GpuSnapshot) => void) | undefined;
  readonly onStateChange?: ((state: GpuProbeState) => void) | undefined;
}

/** Keeps one probe running and holds its last answer. */
export class ProbeSupervisor {
  readonly #parts: ProbeSupervisorParts;
  readonly #clock: SamplerClock;
  readonly #messages: RepeatedMessages;
  readonly #totals: CounterTotals;
  readonly #listeners = new Set<ProbeListener>();
  #start: ProbeStart;
  #child: ProbeChild | undefined;
  #generation = 0;
  #startedAt = 0;
  #answers = 0;
  #silentChecks = 0;
  #textSinceCheck = 0;
  #crashes = 0;
  #snapshot: GpuSnapshot | undefined;
  #receivedAt = 0;
  #firstStartedAt: number;
  #state: GpuProbeState = 'starting';
  #isAbsent = false;
  #hasSeenGpu = false;
  #backoffMs = FIRST_BACKOFF_MS;
  #lookAgainMs = FIRST_LOOK_AGAIN_MS;
  #endReason: string | undefined;
  #isStopped = false;
  #checkTimer: { clear(): void } | undefined;
  #restartTimer: { clear(): void } | undefined;

  constructor(parts: ProbeSupervisorParts) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#start = parts.start;
    this.#totals = new CounterTotals(parts.counters);
    this.#messages = new RepeatedMessages(() => parts.clock.now());
    this.#firstStartedAt = parts.clock.now();
    this.#startChild();
  }

  get state(): GpuProbeState {
    return this.#currentState();
  }

  /** The last answer while it is fresh. */
  latest(): GpuSnapshot | undefined {
    const age = this.#clock.now() - this.#receivedAt;
    return age <= FRESH_INTERVALS * this.#start.intervalMs ? this.#snapshot : undefined;
  }

  /** Calls the listener from now on; returns how to leave. */
  listen(listener: ProbeListener): () => void {
    // An object of its own, so that who listens twice can leave once.
    const entry = { ...listener };
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  stop(): void {
    this.#isStopped = true;
    this.#checkTimer?.clear();
    this.#restartTimer?.clear();
    this.#child?.stop();
    this.#child = undefined;
    this.#snapshot = undefined;
    this.#listeners.clear();
  }

  #startChild(): void {
    this.#generation += 1;
    this.#startedAt = this.#clock.now();
    this.#answers = 0;
    this.#silentChecks = 0;
    this.#textSinceCheck = 0;
    this.#endReason = undefined;
    const generation = this.#generation;
    const lines = new LineSplitter((line) => {
      if (generation === this.#generation) {
        this.#acceptLine(line);
      }
    });
    let wantsNoMore = false;
    try {
      this.#child = this.#parts.startChild(this.#start, {
        onText: (text) => {
          if (!wantsNoMore && generation === this.#generation && !this.#isStopped) {
            wantsNoMore = this.#isFlood(text);
            if (!wantsNoMore) {
              lines.write(text);
            }
          }
        },
        onEnd: (end) => {
          if (generation === this.#generation) {
            this.#ended(end);
          }
        },
      });
    } catch (error) {
      // The permission model forbids it, or the system has no process left to give.
      this.#ended({ reason: String(error), isCrash: false });
      return;
    }
    this.#scheduleCheck();
  }

  #isFlood(text: string): boolean {
    this.#textSinceCheck += text.length;
    if (this.#textSinceCheck <= MOST_TEXT_PER_INTERVAL) {
      return false;
    }
    this.#endReason = 'it wrote without end';
    this.#child?.kill();
    return true;
  }

  #acceptLine(line: string): void {
    const message = readMessage(line);
    if (message === undefined) {
      this.#tell('debug', 'garbage', 'the GPU probe wrote a line that is no message; a driver may write there too.');
      return;
    }
    for (const note of message.notes ?? []) {
      this.#messages.tell(note);
    }
    this.#silentChecks = 0;
    this.#answers += 1;
    if ('none' in message) {
      this.#isAbsent = !this.#hasSeenGpu;
      this.#snapshot = undefined;
    } else {
      this.#accept(message.snapshot);
    }
    this.#announceState();
  }

  #accept(snapshot: GpuSnapshot): void {
    this.#isAbsent = false;
    this.#crashes = 0;
    this.#lookAgainMs = FIRST_LOOK_AGAIN_MS;
    this.#hasSeenGpu ||= snapshot.devices.length > 0;
    this.#snapshot = this.#totals.advance(snapshot, this.#generation);
    this.#receivedAt = this.#clock.now();
    for (const { onSnapshot } of this.#listeners) {
      guard(onSnapshot, this.#snapshot, (text) => this.#tell('warn', 'listener', text));
    }
  }

  #scheduleCheck(): void {
    this.#checkTimer?.clear();
    this.#checkTimer = this.#clock.setTimeout(() => this.#check(), this.#start.intervalMs);
  }

  /**
   * Counts checks and not time: after a second in which this process was blocked or asleep, the answers that lie in the
   * pipe are read before the next check.
   */
  #check(): void {
    this.#textSinceCheck = 0;
    this.#silentChecks += 1;
    const { intervalMs } = this.#start;
    const deadlineMs = this.#answers === 0 ? FIRST_ANSWER_MS : SHORTEST_DEADLINE_MS;
    if (
      this.#child !== undefined &&
      this.#silentChecks > Math.max(FRESH_INTERVALS, Math.ceil(deadlineMs / intervalMs))
    ) {
      this.#endReason = `no answer for ${this.#silentChecks * intervalMs} ms`;
      // The next one starts when this one has ended: a process that hangs in the kernel must not get company.
      this.#child.kill();
      this.#tell('warn', 'stall', `the GPU probe gave ${this.#endReason}; a driver call may hang. It is ended.`);
    }
    this.#announceState();
    this.#scheduleCheck();
  }

  #ended({ reason, isCrash }: ProbeChildEnd): void {
    this.#child = undefined;
    if (this.#isStopped) {
      return;
    }
    if (this.#isAbsent) {
      this.#checkTimer?.clear();
      this.#startAfter(this.#lookAgainMs);
      this.#lookAgainMs = Math.min(this.#lookAgainMs * 2, LATEST_LOOK_AGAIN_MS);
      return;
    }
    if (this.#clock.now() - this.#startedAt > STABLE_AFTER_MS) {
      this.#backoffMs = FIRST_BACKOFF_MS;
    }
    const cause = this.#endReason ?? reason;
    this.#tell('warn', 'ended', `the GPU probe ended (${cause}); it starts anew in ${this.#backoffMs} ms.`);
    if (isCrash) {
      this.#noteCrash();
    }
    this.#startAfter(this.#backoffMs);
    this.#backoffMs = Math.min(this.#backoffMs * 2, LONGEST_BACKOFF_MS);
    this.#scheduleCheck();
  }

  #noteCrash(): void {
    this.#crashes += 1;
    if (this.#crashes === CRASHES_UNTIL_SWITCH && this.#start.sources.nvml !== false) {
      this.#tell('warn', 'switch', 'the GPU probe crashed three times; NVIDIA GPUs are asked through nvidia-smi now.');
      this.#start = { ...this.#start, sources: { ...this.#start.sources, nvml: false } };
    }
  }

  #startAfter(delayMs: number): void {
    this.#restartTimer = this.#clock.setTimeout(() => this.#startChild(), delayMs);
  }

  #currentState(): GpuProbeState {
    if (this.#isAbsent) {
      return 'absent';
    }
    if ((this.latest()?.devices.length ?? 0) > 0) {
      return 'up';
    }
    const graceMs = Math.max(START_MS, FRESH_INTERVALS * this.#start.intervalMs);
    const isYoung = this.#clock.now() - this.#firstStartedAt <= graceMs;
    return isYoung && this.#snapshot === undefined && !this.#hasSeenGpu ? 'starting' : 'down';
  }

  #announceState(): void {
    const state = this.#currentState();
    if (state !== this.#state) {
      this.#state = state;
      for (const { onStateChange } of this.#listeners) {
        guard(onStateChange, state, (text) => this.#tell('warn', 'listener', text));
      }
    }
  }

  #tell(level: ProbeNote['level'], cause: string, text: string): void {
    this.#messages.tell({ level, cause: `sampler ${cause}`, text });
  }
}

function guard<Value>(
  callback: ((value: Value) => void) | undefined,
  value: Value,
  complain: (text: string) => void,
): void {
  try {
    callback?.(value);
  } catch (error) {
    complain(`a listener to GPU snapshots threw ${String(error)}.`);
  }
}

function readMessage(line: string): ProbeMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const { snapshot: candidate, none, notes } = value as Record<string, unknown>;
  const readNotes = Array.isArray(notes) ? notes.filter((note) => isNote(note)) : [];
  if (none === true) {
    return { none, notes: readNotes };
  }
  const snapshot = readSnapshot(candidate);
  return snapshot === undefined ? undefined : { snapshot, notes: readNotes };
}

function isNote(value: unknown): value is ProbeNote {
  const { level, cause, text } = (value ?? {}) as Record<string, unknown>;
  return (level === 'debug' || level === 'warn') && typeof cause === 'string' && typeof text === 'string';
}
