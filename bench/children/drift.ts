// Judges models, and records for models with references, as its requests say.
import { initObservability } from '@inferometer/observability';
import { createDriftEngine, createReferenceProfile, driftStateLength } from '@inferometer/drift-metrics';
import { answerRequests } from '../measure/child-process.ts';
import { confidences, INFERENCES, modelTypes, predictedClasses } from '../workload/inferences.ts';
import { references } from '../workload/references.ts';

export type DriftRequest =
  | { readonly kind: 'judge'; readonly models: number; readonly panes: number }
  | { readonly kind: 'record'; readonly events: number };

export interface Judged {
  /** What this thread computed for a pane of all models at once, on average; the first half only fills the window. */
  readonly millisecondsPerPane: number;
  /** What is remembered of a model. */
  readonly stateBytes: number;
}

export interface Recorded {
  /** Heap and other memory in use after a collection, before and after. */
  readonly beforeBytes: number;
  readonly afterBytes: number;
}

/** Bins of each of three signals, `other` and `missing` included: 20. */
const OWN_BINS = 18;
const SIGNALS = 3;
const EVENTS_PER_BIN = 12;
const MINUTE_MS = 60_000;

let recordOne: ((place: number) => void) | undefined;

answerRequests((request: DriftRequest): Judged | Recorded =>
  request.kind === 'judge' ? judge(request.models, request.panes) : record(request.events),
);

function judge(count: number, panes: number): Judged {
  const rows = Array.from({ length: 5000 }, (_, row) => ({
    predictedClass: `class ${row % OWN_BINS}`,
    confidence: (row % 1009) / 1009,
    features: { size: (row % 997) / 997 },
  }));
  const options = { bins: OWN_BINS, confidenceBins: OWN_BINS };
  const models = Array.from({ length: count }, (_, model) => {
    const modelType = `model ${model}`;
    return { modelType, reference: createReferenceProfile(rows, { modelType, ...options }) };
  });
  const engine = createDriftEngine(models);
  const counted = models.map(({ modelType }) => ({ modelType, counts: new Float64Array(SIGNALS * (OWN_BINS + 2)) }));
  engine.update(counted, MINUTE_MS);
  let computedMs = 0;
  let judgedPanes = 0;
  for (let pane = 2; pane < panes + 2; pane++) {
    for (const { counts } of counted) {
      for (const place of counts.keys()) {
        // Not the same in any two panes; `other` and `missing` stay empty.
        const bin = place % (OWN_BINS + 2);
        counts[place]! += bin < OWN_BINS ? EVENTS_PER_BIN + ((pane * 7 + bin * 3) % 5) : 0;
      }
    }
    const start = threadMilliseconds();
    engine.update(counted, pane * MINUTE_MS);
    if (pane > panes / 2) {
      computedMs += threadMilliseconds() - start;
      judgedPanes += 1;
    }
  }
  const stateBytes = driftStateLength(models[0]!.reference) * Float64Array.BYTES_PER_ELEMENT;
  return { millisecondsPerPane: computedMs / judgedPanes, stateBytes };
}

/** What other processes take away is not in it. */
function threadMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function record(events: number): Recorded {
  recordOne ??= recorder();
  const beforeBytes = bytesInUse();
  for (let event = 0; event < events; event++) {
    recordOne(event & (INFERENCES - 1));
  }
  return { beforeBytes, afterBytes: bytesInUse() };
}

function recorder(): (place: number) => void {
  const observability = initObservability({ prometheus: { host: '127.0.0.1', port: 0 }, models: references([]) });
  const records = Array.from({ length: INFERENCES }, (_, place) => ({
    modelType: modelTypes[place]!,
    confidence: confidences[place]!,
    predictedClass: predictedClasses[place]!,
  }));
  return (place) => observability.trackInference(records[place]!);
}

function bytesInUse(): number {
  globalThis.gc?.();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
}
