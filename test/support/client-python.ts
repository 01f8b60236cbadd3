import { spawn, spawnSync } from 'node:child_process';
import { text as readText } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Context } from 'mocha';
import { requireTool } from './required-tool.ts';

/** A body, and the parser that is to read it. */
export interface PythonRequest {
  readonly format: 'text' | 'openMetrics';
  readonly body: string;
}

/** A sample as client_python read it. */
export interface PythonSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  readonly exemplar:
    | { readonly labels: Readonly<Record<string, string>>; readonly value: number; readonly hasTime: boolean }
    | undefined;
}

/** A family as client_python read it. */
export interface PythonFamily {
  readonly name: string;
  readonly type: string;
  readonly unit: string;
  readonly help: string;
  readonly samples: readonly PythonSample[];
}

type Labels = Record<string, string>;
type RawFamily = [string, string, string, string, [string, Labels, string, [Labels, string, boolean] | null][]];
type RawAnswer = { families: RawFamily[] } | { error: string };

/**
 * The path of a Python that has the package prometheus_client. Where there is none the test is skipped and says so; in CI
 * it fails.
 */
export function requireClientPython(context: Context): string {
  const python = requireTool(context, 'python3');
  if (spawnSync(python, ['-c', 'import prometheus_client']).status === 0) {
    return python;
  }
  const sentence = 'this needs a python3 on the PATH that has the package prometheus_client (pip install it)';
  if (process.env['CI'] === 'true') {
    throw new Error(sentence);
  }
  console.warn(`      skipped: ${sentence}`);
  return context.skip();
}

/**
 * Has client_python read bodies, each by itself.
 *
 * @returns the families of each body
 * @throws Error with the parser's message and the body that it refused
 */
export async function readWithClientPython(
  python: string,
  requests: readonly PythonRequest[],
): Promise<readonly (readonly PythonFamily[])[]> {
  const script = fileURLToPath(new URL('client-python.py', import.meta.url));
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(requests.map((request) => `${JSON.stringify(request)}\n`).join(''));
  const lines = (await readText(child.stdout)).split('\n').slice(0, -1);
  if (lines.length !== requests.length) {
    throw new Error(`client_python answered ${lines.length} of ${requests.length} bodies`);
  }
  return lines.map((line, place) => {
    const answer = JSON.parse(line) as RawAnswer;
    if ('error' in answer) {
      throw new Error(`client_python refused this body: ${answer.error}\n${requests[place]?.body}`);
    }
    return answer.families.map(familyOf);
  });
}

function familyOf([name, type, unit, help, samples]: RawFamily): PythonFamily {
  return {
    name,
    type,
    unit,
    help,
    samples: samples.map(([sampleName, labels, value, exemplar]) => ({
      name: sampleName,
      labels,
      value: numberOf(value),
      exemplar: exemplar === null ? undefined : exemplarOf(exemplar),
    })),
  };
}

function exemplarOf([labels, value, hasTime]: [Labels, string, boolean]): PythonSample['exemplar'] {
  return { labels, value: numberOf(value), hasTime };
}

function numberOf(text: string): number {
  return Number(text.replace('inf', 'Infinity').replace('nan', 'NaN'));
}
