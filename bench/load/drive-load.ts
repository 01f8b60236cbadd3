import autocannon, { type Result } from 'autocannon';
import type { LoadedService } from './loaded-service.ts';

/** What a service did in one run. */
export interface LoadRun {
  readonly answered: number;
  /** Answers that were no success, and requests without an answer. */
  readonly failed: number;
  readonly requestsPerSecond: number;
  /** `undefined` where the system does not tell. */
  readonly cpuMicrosecondsPerRequest: number | undefined;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
}

export interface LoadRequest {
  readonly path: string;
  readonly body: string;
}

/** Sends the requests round and round over all connections, each as soon as the last one is answered. */
export async function driveLoad(
  service: LoadedService,
  requests: readonly LoadRequest[],
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): Promise<LoadRun> {
  const durationsMs: number[] = [];
  const cpuBeforeMs = service.cpuMs();
  const start = performance.now();
  const { promise: ended, resolve, reject } = Promise.withResolvers<Result>();
  const instance = autocannon(
    {
      url: service.url,
      connections,
      duration: seconds,
      requests: requests.map(({ path, body }) => ({
        method: 'POST',
        path,
        body,
        headers: { 'content-type': 'application/json' },
      })),
    },
    (error: unknown, result) => (error === null || error === undefined ? resolve(result) : reject(error)),
  );
  let lastAnswer = start;
  // Autocannon's own histogram has whole milliseconds, which is what a request takes.
  instance.on('response', (_client, _status, _bytes, durationMs) => {
    durationsMs.push(durationMs);
    lastAnswer = performance.now();
  });
  const { errors, timeouts, non2xx } = await ended;
  const cpuAfterMs = service.cpuMs();
  const sorted = Float64Array.from(durationsMs).sort();
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  return {
    answered: sorted.length,
    failed: errors + timeouts + non2xx,
    requestsPerSecond: (sorted.length * 1000) / (lastAnswer - start),
    cpuMicrosecondsPerRequest:
      cpuBeforeMs === undefined || cpuAfterMs === undefined
        ? undefined
        : ((cpuAfterMs - cpuBeforeMs) * 1000) / sorted.length,
    p50Ms: at(0.5),
    p90Ms: at(0.9),
    p99Ms: at(0.99),
  };
}
