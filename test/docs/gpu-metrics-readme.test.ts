import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { transform } from 'esbuild';
import { H100, makeNvmlStub } from '../gpu-metrics/support/nvml-stub.ts';
import { runProgram } from '../support/child-process.ts';
import { requireTool } from '../support/required-tool.ts';

const README = new URL('../../packages/gpu-metrics/README.md', import.meta.url);

/** Beside this file, so that packages are found by their names as a user's program finds them. */
const PROGRAM = new URL('./.gpu-metrics-readme-program.mjs', import.meta.url);

/** The program's own meters, and what it says at its end. Imports are of names that the README does not import. */
const BEFORE = `
import { AggregationTemporality, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
class Reader extends MetricReader {
  constructor() { super({ aggregationTemporalitySelector: () => AggregationTemporality.CUMULATIVE }); }
  async onShutdown() {}
  async onForceFlush() {}
}
const reader = new Reader();
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
`;
const AFTER = `
while (sampler.state === 'starting') {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
const { resourceMetrics } = await reader.collect();
for (const { descriptor, dataPoints } of resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics)) {
  console.log(descriptor.name, dataPoints.map(({ value }) => value).join());
}
sampler.stop();
`;

describe('the README of gpu-metrics', () => {
  let folder: string;

  before(function () {
    if (process.platform !== 'linux') {
      this.skip();
    }
    // Found as a driver's library is found: by its name, where the loader looks.
    folder = mkdtempSync(join(tmpdir(), 'gpu-readme-'));
    const stub = makeNvmlStub(requireTool(this, 'gcc'), { gpus: 1, driver: '550.54.15', ...H100 });
    copyFileSync(stub.path, join(folder, 'libnvidia-ml.so.1'));
  });

  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await rm(PROGRAM, { force: true });
  });

  it('shows code that runs, from its first block to its last, as one program', async () => {
    const markdown = await readFile(README, 'utf8');
    const blocks = [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? '');
    expect(blocks).to.have.length(3);
    // Stopped at once, the first example would show nothing.
    const shown = blocks.join('\n').replace('gpus.stop();', '');
    const { code } = await transform(`${BEFORE}${shown}${AFTER}gpus.stop();`, { loader: 'ts', format: 'esm' });
    await writeFile(PROGRAM, code);
    const environment = { LD_LIBRARY_PATH: folder, NVML_STUB: process.env['NVML_STUB']! };
    const end = await runProgram(PROGRAM, { environment });
    expect(end.errors).to.equal('');
    const lines = end.output.split('\n');
    expect(lines).to.include.members(['up', '40', 'gpu.utilization 40', 'gpu.memory.used 1073741824']);
  });
});
