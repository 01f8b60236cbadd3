import { NVML } from './nvml-codes.ts';
import { readCount, readValue, SAMPLE, SLACK, UTILIZATION } from './nvml-layout.ts';
import type { NvmlArgument } from './nvml-library.ts';
import type { NvmlQuestion, NvmlQuestions } from './nvml-questions.ts';

/** `nvmlSamplingType_t`. */
const SAMPLING = { gpu: 1, memory: 2 } as const;

/** Drivers keep 100 to 120 samples of a sixth of a second; one that says it keeps more than this is not believed. */
const MOST_SAMPLES = 4096;

/** How busy a GPU and its memory were since the last look. */
export interface NvmlUtilization {
  readonly gpuPercent: number | undefined;
  readonly memoryPercent: number | undefined;
}

/**
 * Reads utilisation. Where the driver keeps samples, all since the last look are averaged: a value asked for once in
 * ten seconds would tell of the last sixth of a second alone.
 */
export class NvmlUtilizationReader {
  readonly #gpu: SampleSeries;
  readonly #memory: SampleSeries;
  readonly #rates = Buffer.alloc(UTILIZATION.size + SLACK);
  readonly #ratesQuestion: NvmlQuestion;

  constructor(questions: NvmlQuestions, handle: bigint, intervalMs: number) {
    this.#ratesQuestion = questions.prepare('nvmlDeviceGetUtilizationRates', [handle, this.#rates]);
    this.#gpu = new SampleSeries(questions, handle, SAMPLING.gpu, intervalMs);
    this.#memory = new SampleSeries(questions, handle, SAMPLING.memory, intervalMs);
  }

  read(): NvmlUtilization {
    const gpuPercent = this.#gpu.average();
    const memoryPercent = this.#memory.average();
    if (gpuPercent !== undefined && memoryPercent !== undefined) {
      return { gpuPercent, memoryPercent };
    }
    const hasRates = this.#ratesQuestion.ask();
    return {
      gpuPercent: gpuPercent ?? (hasRates ? this.#rates.readUInt32LE(UTILIZATION.gpu) : undefined),
      memoryPercent: memoryPercent ?? (hasRates ? this.#rates.readUInt32LE(UTILIZATION.memory) : undefined),
    };
  }
}

class SampleSeries {
  readonly #intervalMicroseconds: number;
  readonly #valueType = Buffer.alloc(4 + SLACK);
  readonly #count = Buffer.alloc(4 + SLACK);
  readonly #question: NvmlQuestion;
  readonly #args: NvmlArgument[];
  #samples = Buffer.alloc(0);
  #lastSeen = 0;

  constructor(questions: NvmlQuestions, handle: bigint, type: number, intervalMs: number) {
    this.#args = [handle, type, 0, this.#valueType, this.#count, null];
    this.#question = questions.prepare('nvmlDeviceGetSamples', this.#args, `nvmlDeviceGetSamples ${type}`);
    this.#intervalMicroseconds = intervalMs * 1000;
  }

  /** Mean over the time since the last call, 0 to 100; undefined where there is no new sample. */
  average(): number | undefined {
    if (this.#samples.length === 0 && !this.#makeRoom()) {
      return undefined;
    }
    this.#count.writeUInt32LE(this.#capacity, 0);
    const code = this.#ask(this.#samples);
    if (code === NVML.insufficientSize) {
      this.#samples = Buffer.alloc(0);
    }
    return code === NVML.success ? this.#integrate() : undefined;
  }

  get #capacity(): number {
    return (this.#samples.length - SLACK) / SAMPLE.size;
  }

  /** Without memory for samples, the driver tells how many it keeps. */
  #makeRoom(): boolean {
    this.#count.writeUInt32LE(0, 0);
    const code = this.#ask(null);
    const count = this.#count.readUInt32LE(0);
    if ((code !== NVML.success && code !== NVML.insufficientSize) || count === 0 || count > MOST_SAMPLES) {
      return false;
    }
    this.#samples = Buffer.alloc(count * SAMPLE.size + SLACK);
    return true;
  }

  #ask(samples: Buffer | null): number {
    this.#args[2] = this.#lastSeen;
    this.#args[5] = samples;
    return this.#question.askForCode();
  }

  /** Each sample tells of the time since the one before it, so each weighs as much as that time. */
  #integrate(): number | undefined {
    const type = this.#valueType.readUInt32LE(0);
    const count = Math.min(this.#count.readUInt32LE(0), this.#capacity);
    const samples: TimedSample[] = [];
    for (let index = 0; index < count; index++) {
      const offset = index * SAMPLE.size;
      const at = readCount(this.#samples, offset + SAMPLE.timestamp);
      const percent = readValue(this.#samples, offset + SAMPLE.value, type);
      // The ring of a driver that has just started holds places that were never written.
      if (at !== undefined && at > this.#lastSeen && percent !== undefined && percent >= 0 && percent <= 100) {
        samples.push({ at, percent });
      }
    }
    samples.sort((one, other) => one.at - other.at);
    const newest = samples.at(-1);
    if (newest === undefined) {
      return undefined;
    }
    // The first look sees more of the past than one interval.
    const since = this.#lastSeen === 0 ? newest.at - this.#intervalMicroseconds : this.#lastSeen;
    this.#lastSeen = newest.at;
    return weightedMean(
      samples.filter(({ at }) => at > since),
      since,
    );
  }
}

interface TimedSample {
  readonly at: number;
  readonly percent: number;
}

function weightedMean(samples: readonly TimedSample[], since: number): number {
  const [first, ...rest] = samples;
  const longestGap = Math.max(0, ...rest.map(({ at }, index) => at - samples[index]!.at));
  // Where the driver forgot samples since the last look, the first one that it still has does not speak for those.
  let previous = rest.length === 0 ? since : Math.max(since, first!.at - longestGap);
  let sum = 0;
  let weight = 0;
  for (const { at, percent } of samples) {
    sum += percent * (at - previous);
    weight += at - previous;
    previous = at;
  }
  return sum / weight;
}
