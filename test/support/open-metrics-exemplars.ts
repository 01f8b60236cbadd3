import { httpRequest } from './http-request.ts';

/** An exemplar on a line of OpenMetrics. */
export interface ScrapedExemplar {
  /** The name and the labels of the series. */
  readonly series: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly value: number;
  readonly timeSeconds: number;
}

const EXEMPLAR = /^(\S+) (\S+) # \{trace_id="([0-9a-f]{32})",span_id="([0-9a-f]{16})"\} (\S+) (\S+)$/;

/** Scrapes OpenMetrics and reads what stands behind its values, strictly. */
export async function scrapeExemplars(url: string): Promise<readonly ScrapedExemplar[]> {
  const { status, headers, body } = await httpRequest(url, { headers: { accept: 'application/openmetrics-text' } });
  if (status !== 200 || headers['content-type']?.startsWith('application/openmetrics-text') !== true) {
    throw new Error(`${url} answered ${status} with ${headers['content-type']}`);
  }
  return body
    .split('\n')
    .filter((line) => !line.startsWith('#') && line.includes(' # '))
    .map((line) => {
      const [, series = '', , traceId = '', spanId = '', value, time] = EXEMPLAR.exec(line) ?? [];
      if (series === '') {
        throw new Error(`this is no exemplar of a trace: ${line}`);
      }
      return { series, traceId, spanId, value: Number(value), timeSeconds: Number(time) };
    });
}
