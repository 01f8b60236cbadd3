import { createDriftEngine } from '../../src/engine/drift-engine.ts';
import type { DriftAlert } from '../../src/engine/drift-alert.ts';
import type { DriftOptions } from '../../src/engine/drift-options.ts';
import { createSeededRandom } from '../../src/mathematics/seeded-random.ts';
import { createReferenceProfile } from '../../src/reference/create-reference-profile.ts';
import { multinomial } from '../multinomial.ts';

/** What the engine said at the end of one minute. */
export interface WatchedMinute {
  readonly score: number;
  readonly logEvidence: number;
  readonly isAlertActive: boolean;
}

export interface WatchedStream {
  readonly minutes: readonly WatchedMinute[];
  readonly alerts: readonly { readonly minute: number; readonly alert: DriftAlert }[];
  readonly logThreshold: number;
}

/** Runs the real engine over minutes of predictions of as many classes as there are shares. */
export function watchStream(setting: {
  readonly seed: number;
  readonly referenceSamples: number;
  readonly referenceShares: readonly number[];
  readonly minutes: number;
  readonly predictionsPerMinute: number;
  readonly liveShares: (minute: number) => readonly number[];
  readonly options?: DriftOptions;
}): WatchedStream {
  const random = createSeededRandom(setting.seed);
  const { referenceShares, referenceSamples, predictionsPerMinute } = setting;
  const counts = multinomial(random, referenceSamples, referenceShares, new Float64Array(referenceShares.length));
  const rows = [...counts].flatMap((count, index) =>
    Array.from({ length: count }, () => ({ predictedClass: className(index) })),
  );
  const engine = createDriftEngine(
    [{ modelType: 'm', reference: createReferenceProfile(rows, { modelType: 'm' }) }],
    setting.options,
  );
  const cumulative = new Float64Array(engine.layout('m')?.length ?? 0);
  const pane = new Float64Array(referenceShares.length);
  const minutes: WatchedMinute[] = [];
  const alerts: { minute: number; alert: DriftAlert }[] = [];
  engine.update([{ modelType: 'm', counts: cumulative }], 60_000);
  let logThreshold = Number.NaN;
  for (let minute = 0; minute < setting.minutes; minute += 1) {
    multinomial(random, predictionsPerMinute, setting.liveShares(minute), pane);
    for (const [bin, count] of pane.entries()) {
      cumulative[bin]! += count;
    }
    const nowMs = (minute + 2) * 60_000;
    const raised = engine.update([{ modelType: 'm', counts: cumulative }], nowMs);
    alerts.push(...raised.map((alert) => ({ minute: minute + 1, alert })));
    const [signal] = engine.models(nowMs)[0]?.signals ?? [];
    logThreshold = signal?.logThreshold ?? logThreshold;
    minutes.push({
      score: signal?.score ?? Number.NaN,
      logEvidence: signal?.logEvidence ?? Number.NaN,
      isAlertActive: signal?.isAlertActive ?? false,
    });
  }
  return { minutes, alerts, logThreshold };
}

/** In order of the shares, also in the reference, which sorts them. */
function className(index: number): string {
  return `class ${String(index).padStart(3, '0')}`;
}
