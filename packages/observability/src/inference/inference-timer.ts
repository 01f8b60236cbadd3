import type { SpanContext } from '@opentelemetry/api';
import { failureCode } from './failure-code.ts';
import type { InferenceRecorder } from './inference-recorder.ts';
import type {
  EndedOutcome,
  InferenceOutcome,
  InferenceStartOptions,
  InferenceTimer,
  TimerSource,
} from './inference-types.ts';
import type { Model } from './model.ts';
import type { Models } from './models.ts';
import type { SampledSpans } from './sampled-spans.ts';

export interface TimerSourceParts {
  readonly models: Models;
  readonly recorder: InferenceRecorder;
  readonly spans: SampledSpans;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicMs: () => number;
}

export function createTimerSource(parts: TimerSourceParts): TimerSource {
  return {
    startInference: (modelType: string, options?: InferenceStartOptions): InferenceTimer =>
      new SlotInferenceTimer(parts, modelType, options),
  };
}

class SlotInferenceTimer implements InferenceTimer {
  readonly #parts: TimerSourceParts;
  readonly #modelType: unknown;
  readonly #options: InferenceStartOptions | undefined;
  readonly #model: Model;
  /** The span within which the inference was started: it may end anywhere, where a stream is read for example. */
  readonly #span: SpanContext | undefined;
  readonly #startMs: number;
  #phase: string | undefined;
  #phaseStartMs = 0;
  #running = true;

  constructor(parts: TimerSourceParts, modelType: unknown, options: InferenceStartOptions | undefined) {
    this.#parts = parts;
    this.#options = options;
    this.#model = parts.models.get(modelType);
    this.#modelType = this.#model.name ?? modelType;
    this.#model.addInFlight(1);
    this.#span = parts.spans.active();
    this.#startMs = parts.monotonicMs();
  }

  phase(name: string): void {
    if (this.#running) {
      const now = this.#parts.monotonicMs();
      this.#endPhase(now);
      this.#phase = name;
      this.#phaseStartMs = now;
    }
  }

  end(outcome?: EndedOutcome): void {
    this.#stop(undefined, outcome);
  }

  fail(error?: unknown, outcome?: InferenceOutcome): void {
    if (this.#running) {
      this.#stop(failureCode(error), outcome);
    }
  }

  #stop(failure: string | undefined, outcome: EndedOutcome | undefined): void {
    if (!this.#running) {
      return;
    }
    this.#running = false;
    const now = this.#parts.monotonicMs();
    this.#endPhase(now);
    this.#model.addInFlight(-1);
    this.#parts.recorder.recordOutcome(
      this.#modelType,
      now - this.#startMs,
      failure,
      this.#withStartOptions(outcome),
      this.#span,
    );
  }

  #endPhase(now: number): void {
    if (this.#phase !== undefined) {
      this.#parts.recorder.recordPhase(this.#model, this.#phase, now - this.#phaseStartMs);
      this.#phase = undefined;
    }
  }

  #withStartOptions(outcome: EndedOutcome | undefined): EndedOutcome | undefined {
    const options = this.#options;
    if (options === undefined || options === null) {
      return outcome;
    }
    try {
      // What the outcome leaves undefined it does not say again.
      return {
        ...outcome,
        requestId: outcome?.requestId ?? options.requestId,
        labels: outcome?.labels ?? options.labels,
        warmup: outcome?.warmup ?? options.warmup,
      };
    } catch {
      // A getter that throws: the recorder reads the outcome again, field by field.
      return outcome;
    }
  }
}
