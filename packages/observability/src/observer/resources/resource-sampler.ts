import { diag } from '@opentelemetry/api';
import { cpus, freemem, totalmem } from 'node:os';

import { cpuPercentBetween } from './cpu-percent.ts';
import type { CpuCounter } from './cpu-percent.ts';
import type { OperatingSystem } from './host-reader.ts';
import { createOnceAMinute } from '../../diagnostics/once-a-minute.ts';
import type { OnceAMinute } from '../../diagnostics/once-a-minute.ts';
import { systemClock } from './resource-clock.ts';
import type { ResourceClock } from './resource-clock.ts';
import { createResourceFileSystem } from './resource-file-system.ts';
import type { ResourceFileSystem } from './resource-file-system.ts';
import { createResourceReader } from './resource-reader.ts';
import type { ResourceReader } from './resource-reader.ts';
import type { ResourceScope } from './resource-reading.ts';

/**
 * What is known of the resources at one moment. A field is `undefined` where its source does not tell, and all are
 * once sampling has stopped or has brought nothing for three intervals; no field is ever NaN.
 */
export interface ResourceSample {
  /** When it was taken, in milliseconds since the epoch. */
  readonly at: number;
  /** Whose resources these are. */
  readonly scope: ResourceScope | undefined;
  /** Processor use since the sample before, 0 to 100 percent of `cpuLimitCores`. */
  readonly cpuPercent: number | undefined;
  /** Cores that are 100%, above 0: the tightest quota or processor set, or else all of the host's; may be fractional. */
  readonly cpuLimitCores: number | undefined;
  /** Seconds that the container was held back by its quota since it was made; only grows. Not told for a host. */
  readonly cpuThrottledSeconds: number | undefined;
  /** The working set of the container, or what the host has not available. */
  readonly memoryUsedBytes: number | undefined;
  /** The tightest memory limit of the container and what is above it, or else all of the host's memory. */
  readonly memoryLimitBytes: number | undefined;
}

export interface ResourceSamplerOptions {
  /** Milliseconds between two samples, above 0. */
  readonly intervalMs: number;
  /** Takes each sample, on the thread of the sampler. */
  readonly onSample: (sample: ResourceSample) => void;
  /** @defaultValue the clock of this process */
  readonly clock?: ResourceClock;
  /** @defaultValue the files of this machine */
  readonly fileSystem?: ResourceFileSystem;
  /** @defaultValue `node:os` */
  readonly operatingSystem?: OperatingSystem;
}

/** Samples processors and memory at an interval of its own, so any number of readers see the same values. */
export interface ResourceSampler {
  /** Begins; does nothing while running. */
  start(): void;
  /** Ends, and delivers a sample without values; does nothing while stopped. */
  stop(): void;
}

// A percentage needs two readings: a newcomer should not have to wait a whole interval for the first one.
const FOLLOW_UP_MS = 1000;

// Two late samples are bad luck, three are a source that stopped.
const STALE_AFTER_INTERVALS = 3;

/** From one start to the next stop. */
interface Run {
  cancelNext: () => void;
  cancelExpiry: () => void;
  counter: CpuCounter | undefined;
  followsUp: boolean;
}

const NO_VALUES: Omit<ResourceSample, 'at'> = {
  scope: undefined,
  cpuPercent: undefined,
  cpuLimitCores: undefined,
  cpuThrottledSeconds: undefined,
  memoryUsedBytes: undefined,
  memoryLimitBytes: undefined,
};

class PeriodicResourceSampler implements ResourceSampler {
  readonly #intervalMs: number;
  readonly #staleAfterMs: number;
  readonly #onSample: (sample: ResourceSample) => void;
  readonly #clock: ResourceClock;
  readonly #reader: ResourceReader;
  readonly #warnings: OnceAMinute;
  #run: Run | undefined;
  #sampling: Promise<void> = Promise.resolve();

  constructor(options: ResourceSamplerOptions) {
    const clock = options.clock ?? systemClock;
    this.#intervalMs = options.intervalMs;
    this.#staleAfterMs = STALE_AFTER_INTERVALS * options.intervalMs;
    this.#onSample = options.onSample;
    this.#clock = clock;
    this.#reader = createResourceReader(
      options.fileSystem ?? createResourceFileSystem(),
      options.operatingSystem ?? { platform: process.platform, cpus, freemem, totalmem },
      () => clock.now(),
    );
    this.#warnings = createOnceAMinute(() => clock.now());
  }

  start(): void {
    if (this.#run === undefined) {
      this.#run = { cancelNext: ignore, cancelExpiry: ignore, counter: undefined, followsUp: false };
      this.#enqueue(this.#run);
    }
  }

  stop(): void {
    const run = this.#run;
    if (run !== undefined) {
      this.#run = undefined;
      run.cancelNext();
      run.cancelExpiry();
      this.#deliver(NO_VALUES);
    }
  }

  // One after the other, even where a new run starts while the last sample of the old one is still under way.
  #enqueue(run: Run): void {
    this.#sampling = this.#sampling.then(() => this.#sample(run));
  }

  async #sample(run: Run): Promise<void> {
    if (this.#run !== run) {
      return;
    }
    const startedAt = this.#clock.now();
    let nextInMs = this.#intervalMs;
    try {
      const { cpuCounter, ...values } = await this.#reader.read();
      if (this.#run !== run) {
        return;
      }
      const cpuPercent = run.counter && cpuCounter && cpuPercentBetween(run.counter, cpuCounter);
      run.counter = cpuCounter;
      // Not twice in a row: a counter that never moves gives no percentage however often it is read.
      run.followsUp = cpuCounter !== undefined && cpuPercent === undefined && !run.followsUp;
      // What took longer was read too long ago, in part at least.
      const isCurrent = this.#clock.now() - startedAt < this.#staleAfterMs;
      if (run.followsUp || !isCurrent) {
        nextInMs = Math.min(FOLLOW_UP_MS, this.#intervalMs);
      }
      if (isCurrent) {
        this.#expireLater(run);
        this.#deliver({ ...values, cpuPercent });
      }
    } catch (error) {
      this.#warn('Resource metrics could not be read', error);
    }
    // onSample may have stopped the sampler.
    if (this.#run === run) {
      run.cancelNext = this.#clock.schedule(() => {
        this.#enqueue(run);
      }, nextInMs);
    }
  }

  #expireLater(run: Run): void {
    run.cancelExpiry();
    run.cancelExpiry = this.#clock.schedule(() => {
      this.#deliver(NO_VALUES);
    }, this.#staleAfterMs);
  }

  #deliver(values: Omit<ResourceSample, 'at'>): void {
    try {
      this.#onSample({ at: this.#clock.timeOfDay(), ...values });
    } catch (error) {
      this.#warn('A sample of resource metrics could not be delivered', error);
    }
  }

  #warn(message: string, error: unknown): void {
    if (this.#warnings.allows(message)) {
      diag.warn(message, error);
    }
  }
}

/**
 * Samples the processors and the memory of the container, or of the host where there is none.
 *
 * The first sample comes at once, without a processor percentage; the second after one second, with one; then one
 * every `intervalMs`. After a gap in the processor readings it is one second again. Timers keep no process alive.
 *
 * @example
 * const sampler = createResourceSampler({ intervalMs: 10_000, onSample: (sample) => gauges.set(sample) });
 * sampler.start();
 */
export function createResourceSampler(options: ResourceSamplerOptions): ResourceSampler {
  return new PeriodicResourceSampler(options);
}

function ignore(): void {}
