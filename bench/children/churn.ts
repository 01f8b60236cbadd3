// Records label sets that are new each time, of a service whose limits they exceed.
import { initObservability } from '@inferometer/observability';
import { answerRequests } from '../measure/child-process.ts';
import { scrape } from '../measure/scrape.ts';

export interface ChurnRequest {
  /** How many label sets that were never seen before. */
  readonly labelSets: number;
}

export interface ChurnReport {
  /** Resident memory after a collection of garbage. */
  readonly residentBytes: number;
  readonly bodyBytes: number;
  /** From the scrape: of all that was recorded since the start. */
  readonly requestsCounted: number;
  readonly scrapeMs: number;
}

const observability = initObservability({
  prometheus: { host: '127.0.0.1', port: 0 },
  labels: { tenant: { max: 1000 } },
});
const { metricsUrl } = await observability.ready;
let made = 0;

answerRequests(async ({ labelSets }: ChurnRequest): Promise<ChurnReport> => {
  for (let count = 0; count < labelSets; count++) {
    made += 1;
    observability.trackInference({
      modelType: `model-${made % 100}`,
      latencyMs: made % 1000,
      success: true,
      predictedClass: `class-${made}`,
      labels: { tenant: `tenant-${made}` },
    });
  }
  const { body, durationMs } = await scrape(metricsUrl!);
  globalThis.gc?.();
  return {
    residentBytes: process.memoryUsage.rss(),
    bodyBytes: Buffer.byteLength(body),
    requestsCounted: requestsIn(body),
    scrapeMs: durationMs,
  };
});

function requestsIn(body: string): number {
  return body
    .split('\n')
    .filter((line) => line.startsWith('inference_requests_total{'))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
