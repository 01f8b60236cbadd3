import { failureCode } from '../../../packages/observability/src/inference/failure-code.ts';
import type {
  InferenceOutcome,
  InferenceStartOptions,
  InferenceTimer,
  TimerSource,
} from '../../../packages/observability/src/inference/inference-types.ts';

/** An inference as the real recorder would count it. */
export interface RecordedInference {
  readonly modelType: string;
  readonly startOptions: InferenceStartOptions | undefined;
  readonly status: 'in flight' | 'success' | 'error';
  readonly errorCode?: string;
  readonly outcome?: InferenceOutcome | undefined;
  /** On the clock of the source. */
  readonly latencyMs?: number;
}

/** Stands in for the recorder: keeps what timers are told, on a clock that tests set. */
export class RecordingTimerSource implements TimerSource {
  readonly inferences: RecordedInference[] = [];
  nowMs = 0;

  startInference(modelType: string, startOptions?: InferenceStartOptions): InferenceTimer {
    const { inferences } = this;
    const position = inferences.length;
    const startMs = this.nowMs;
    const started: RecordedInference = { modelType, startOptions, status: 'in flight' };
    inferences.push(started);
    const stop = (end: Pick<RecordedInference, 'status' | 'errorCode' | 'outcome'>): void => {
      if (inferences[position]!.status === 'in flight') {
        inferences[position] = { ...started, ...end, latencyMs: this.nowMs - startMs };
      }
    };
    return {
      phase: () => {},
      end: (outcome) => stop({ status: 'success', outcome }),
      fail: (error, outcome) => stop({ status: 'error', errorCode: failureCode(error), outcome }),
    };
  }

  /** The only inference; more than one, or none, is an error. */
  get only(): RecordedInference {
    if (this.inferences.length !== 1) {
      throw new Error(`expected one inference, there are ${this.inferences.length}`);
    }
    return this.inferences[0]!;
  }
}
