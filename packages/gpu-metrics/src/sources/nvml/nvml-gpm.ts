import { NVML } from './nvml-codes.ts';
import { GPM_METRIC, GPM_METRICS_GET, GPM_SUPPORT, SLACK } from './nvml-layout.ts';
import type { NvmlLibrary } from './nvml-library.ts';
import type { NvmlQuestions } from './nvml-questions.ts';

/** `nvmlGpmMetricId_t`. */
const METRICS = {
  graphicsPercent: 1,
  smActivityPercent: 2,
  smOccupancyPercent: 3,
  tensorActivityPercent: 5,
  memoryBandwidthPercent: 10,
  pcieTransmittedMebibytesPerSecond: 20,
  pcieReceivedMebibytesPerSecond: 21,
} as const;

/** What the performance monitor tells of the time between two looks. */
export type GpmReadings = { readonly [Name in keyof typeof METRICS]?: number };

/** Whom to sample: a GPU, or an instance of one. */
export interface GpmSubject {
  /** Handle of the GPU, also for a MIG instance. */
  readonly gpu: bigint;
  readonly gpuInstanceId: number | undefined;
}

/** NVML wants at least this much between two samples. */
const SHORTEST_PERIOD_MS = 100;

/**
 * GPU performance monitoring, which Hopper and later have: two samples make a mean over the time between them, so each
 * look at the clock also covers all of the time since the last.
 */
export class NvmlGpm {
  readonly #library: NvmlLibrary;
  readonly #questions: NvmlQuestions;
  readonly #subject: GpmSubject;
  readonly #request = Buffer.alloc(GPM_METRICS_GET.size + SLACK);
  #samples: [older: bigint, newer: bigint] | undefined;
  #olderAtMs: number | undefined;

  constructor(library: NvmlLibrary, questions: NvmlQuestions, subject: GpmSubject) {
    this.#library = library;
    this.#questions = questions;
    this.#subject = subject;
    if (this.#isSupported()) {
      this.#samples = this.#allocate();
    }
  }

  read(nowMs: number): GpmReadings {
    const samples = this.#samples;
    if (samples === undefined || (this.#olderAtMs !== undefined && nowMs - this.#olderAtMs < SHORTEST_PERIOD_MS)) {
      return {};
    }
    const [older, newer] = samples;
    if (!this.#take(newer)) {
      this.#olderAtMs = undefined;
      return {};
    }
    const readings = this.#olderAtMs === undefined ? {} : this.#compare(older, newer);
    this.#samples = [newer, older];
    this.#olderAtMs = nowMs;
    return readings;
  }

  close(): void {
    for (const sample of this.#samples ?? []) {
      this.#library.call('nvmlGpmSampleFree', sample);
    }
    this.#samples = undefined;
  }

  #isSupported(): boolean {
    const support = Buffer.alloc(GPM_SUPPORT.size + SLACK);
    support.writeUInt32LE(GPM_SUPPORT.versionWord, 0);
    return (
      this.#questions.ask('nvmlGpmQueryDeviceSupport', [this.#subject.gpu, support]) &&
      support.readUInt32LE(GPM_SUPPORT.isSupported) === 1
    );
  }

  #allocate(): [bigint, bigint] | undefined {
    const out = Buffer.alloc(8 + SLACK);
    const samples: bigint[] = [];
    for (let index = 0; index < 2; index++) {
      if (this.#questions.ask('nvmlGpmSampleAlloc', [out])) {
        samples.push(out.readBigUInt64LE(0));
      }
    }
    const [older, newer] = samples;
    return older === undefined || newer === undefined ? undefined : [older, newer];
  }

  #take(sample: bigint): boolean {
    const { gpu, gpuInstanceId } = this.#subject;
    return gpuInstanceId === undefined
      ? this.#questions.ask('nvmlGpmSampleGet', [gpu, sample])
      : this.#questions.ask('nvmlGpmMigSampleGet', [gpu, gpuInstanceId, sample]);
  }

  #compare(older: bigint, newer: bigint): GpmReadings {
    const request = this.#request;
    const names = Object.keys(METRICS) as (keyof typeof METRICS)[];
    request.fill(0);
    request.writeUInt32LE(GPM_METRICS_GET.versionWord, 0);
    request.writeUInt32LE(names.length, GPM_METRICS_GET.count);
    request.writeBigUInt64LE(older, GPM_METRICS_GET.firstSample);
    request.writeBigUInt64LE(newer, GPM_METRICS_GET.secondSample);
    for (const [index, name] of names.entries()) {
      const offset = GPM_METRICS_GET.metrics + index * GPM_METRIC.size;
      request.writeUInt32LE(METRICS[name], offset + GPM_METRIC.id);
      request.writeUInt32LE(NVML.unknown, offset + GPM_METRIC.returnCode);
    }
    if (!this.#questions.ask('nvmlGpmMetricsGet', [request])) {
      return {};
    }
    const readings: Partial<Record<keyof typeof METRICS, number>> = {};
    for (const [index, name] of names.entries()) {
      const offset = GPM_METRICS_GET.metrics + index * GPM_METRIC.size;
      const value = request.readDoubleLE(offset + GPM_METRIC.value);
      if (
        request.readUInt32LE(offset + GPM_METRIC.returnCode) === NVML.success &&
        Number.isFinite(value) &&
        value >= 0
      ) {
        readings[name] = name.endsWith('Percent') ? Math.min(value, 100) : value;
      }
    }
    return readings;
  }
}
