import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { httpRequest } from '../support/http-request.ts';
import { freePort } from './prometheus-server.ts';
import { type ServerProcess, serverProcess } from './server-process.ts';

/** A series with all of its labels, its name among them, and its latest value. */
export interface HeldSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A Prometheus with data that outlive it. */
export interface OperatedPrometheus extends ServerProcess {
  readonly url: string;
  series(expression: string): Promise<readonly HeldSeries[]>;
  /** The value of an expression that gives one series; `undefined` where it gives none. */
  value(expression: string): Promise<number | undefined>;
}

/**
 * Prepares a Prometheus; `start` starts it.
 *
 * @param folder an empty folder of its own
 * @param configuration as prometheus.yml has it
 * @param flags on top of what any Prometheus needs, for example to receive OTLP
 */
export async function operatePrometheus(
  path: string,
  folder: string,
  configuration: object,
  flags: readonly string[] = [],
): Promise<OperatedPrometheus> {
  const url = `http://127.0.0.1:${await freePort()}`;
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'prometheus.yml');
  await writeFile(file, JSON.stringify(configuration));
  const server = serverProcess({
    path,
    args: [
      `--config.file=${file}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${new URL(url).host}`,
      '--log.level=warn',
      ...flags,
    ],
    readyUrl: `${url}/-/ready`,
  });
  const series = async (expression: string): Promise<readonly HeldSeries[]> => {
    const query = new URLSearchParams({ query: expression }).toString();
    const { status, body } = await httpRequest(`${url}/api/v1/query?${query}`);
    if (status !== 200) {
      throw new Error(`Prometheus answered ${status}: ${body}`);
    }
    const { data } = JSON.parse(body) as {
      readonly data: { readonly result: readonly { metric: Record<string, string>; value: [number, string] }[] };
    };
    return data.result.map(({ metric, value: [, text] }) => ({ labels: metric, value: Number(text) }));
  };
  return {
    url,
    start: () => server.start(),
    stop: (signal) => server.stop(signal),
    get log() {
      return server.log;
    },
    series,
    async value(expression) {
      const found = await series(expression);
      if (found.length > 1) {
        throw new Error(`${expression} gives ${found.length} series`);
      }
      return found[0]?.value;
    },
  };
}
