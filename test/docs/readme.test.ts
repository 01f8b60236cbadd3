import { expect } from 'chai';
import { transform } from 'esbuild';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { runProgram } from '../support/child-process.ts';

const README = new URL('../../README.md', import.meta.url);

/** Beside this file, so that the package is found by its name as a user's program finds it. */
const PROGRAM = new URL('./.readme-program.mjs', import.meta.url);

describe('the README', () => {
  afterEach(() => rm(PROGRAM, { force: true }));

  it('shows code that runs, from its first block to its last, as one program', async () => {
    const blocks = codeBlocks(await readFile(README, 'utf8'));
    expect(blocks).to.have.length.above(5);
    const { code } = await transform(blocks.join('\n'), { loader: 'ts', target: 'es2023', format: 'esm' });
    await writeFile(PROGRAM, `${code}\nconsole.log(text);\n`);
    const end = await runProgram(PROGRAM, { environment: { OTEL_EXPORTER_PROMETHEUS_PORT: '0' } });
    expect(end.errors).to.equal('');
    expect(end.code).to.equal(0);
    expect(end.output).to.include('inference_requests_total{model_type="document",status="success"} 4');
    expect(end.output).to.include('error_count_total{error_code="timeout",model_type="document"} 1');
    expect(end.output).to.include('ground_truth_total{model_type="document",outcome="incorrect"} 2');
    expect(end.output).to.include('orders_total{plan="free"} 1');
    expect(end.output).to.include('drift_score{metric_type="distribution"} 0.08');
  });
});

function codeBlocks(markdown: string): string[] {
  return [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
}
