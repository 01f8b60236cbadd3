import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { parseCommandLine } from '../../bench/command-line.ts';
import { requestsCounted } from '../../bench/measure/scrape.ts';
import { median, medianRatio, spread } from '../../bench/measure/statistics.ts';
import { matrixModel } from '../../bench/onnx/matrix-model.ts';
import { barChart } from '../../bench/report/bar-chart.ts';
import { withResults } from '../../bench/report/docs-page.ts';
import { resultText } from '../../bench/report/print.ts';
import { keptResults } from '../../bench/results.ts';
import { requireTool } from '../support/required-tool.ts';
import type { Scenario, ScenarioContext, ScenarioResult } from '../../bench/scenario.ts';
import { blocked } from '../../bench/blocked.bench.ts';
import { gpuScenario } from '../../bench/gpu.bench.ts';
import { drift } from '../../bench/drift.bench.ts';
import { record } from '../../bench/record.bench.ts';
import { churn } from '../../bench/churn.bench.ts';
import { install } from '../../bench/install.bench.ts';
import { registry } from '../../bench/registry.bench.ts';
import { scrapeFormats } from '../../bench/scrape-formats.bench.ts';
import { scrapeGzip } from '../../bench/scrape-gzip.bench.ts';
import { scrapeMemory } from '../../bench/scrape-memory.bench.ts';
import { scrapeTypical } from '../../bench/scrape-typical.bench.ts';
import { scrape } from '../../bench/scrape.bench.ts';
import { startup } from '../../bench/startup.bench.ts';

const [major] = process.versions.node.split('.').map(Number) as [number];

const tiny: ScenarioContext = {
  effort: 'tiny',
  // The source, so that tests need no build.
  nodeFlags: ['--conditions=@inferometer/source', '--disable-warning=ExperimentalWarning'],
  progress: () => {},
};

async function runTiny(scenario: Scenario): Promise<ScenarioResult> {
  const result = await scenario.run(tiny);
  expect(result.scenario).to.equal(scenario.name);
  expect(result.table.rows).to.have.length(result.measurements.length);
  for (const row of result.table.rows) {
    expect(row).to.have.length(result.table.columns.length);
  }
  expect(JSON.stringify(result)).not.to.include('null');
  expect(resultText(result)).to.include(result.requirements[0]!.text);
  return result;
}

describe('the benchmarks', function () {
  this.timeout(60_000);

  before(function () {
    if (major < 26) {
      // They read counters that older versions do not have; users of older versions do not run them.
      this.skip();
    }
  });

  it('time every library, all of which count every call', async () => {
    const { measurements } = await runTiny(record);
    expect(measurements).to.have.length(8);
    for (const { values } of measurements) {
      expect(values['medianNanoseconds']).to.be.above(0);
    }
  });

  it('scrape a blocked process, which only ours answers', async () => {
    const { measurements } = await runTiny(blocked);
    const answered = measurements.map(({ values }) => values['answeredMeanwhile'] as number);
    expect(answered[0]).to.be.above(0);
    expect(answered.slice(1)).to.deep.equal([0, 0, 0]);
  });

  it('sample eight GPUs in every way, and have a driver call hang under a service', async function () {
    requireTool(this, 'gcc');
    const { measurements, requirements } = await runTiny(gpuScenario);
    for (const { values } of measurements) {
      expect(values['cpuMsPerTick'] ?? values['cpuMs']).to.be.above(0);
    }
    expect(measurements[0]?.values['mainLoopDelayMs']).to.be.above(0);
    expect(measurements[0]?.values['observerLoopDelayMs']).to.be.above(0);
    expect(requirements.find(({ text }) => text.includes('that hangs'))?.met).to.equal(true);
  });

  it('count and judge drift', async () => {
    const { measurements, requirements } = await runTiny(drift);
    expect(measurements[1]!.values['evaluationMs']).to.be.above(0);
    expect(requirements).to.have.length(3);
  });

  it('start each library in a fresh process', async () => {
    const { measurements } = await runTiny(startup);
    expect(measurements.map(({ library }) => library)).to.include('Inferometer');
  });
});

describe('the benchmarks of scrapes', function () {
  this.timeout(60_000);

  before(function () {
    if (major < 26) {
      this.skip();
    }
  });

  for (const scenario of [scrape, scrapeGzip, scrapeFormats, scrapeTypical]) {
    it(`have every library answer: ${scenario.name}`, async () => {
      const { measurements } = await runTiny(scenario);
      expect(measurements).to.have.length(5);
      for (const { values } of measurements) {
        expect(values['bodyBytes']).to.be.above(500);
      }
    });
  }

  it('hold the texts of both registries against each other, line by line', async () => {
    const { measurements } = await runTiny(registry);
    expect(measurements.map(({ library }) => library)).to.include('6 x 2');
  });

  it('measure memory in processes of their own', async () => {
    expect((await runTiny(scrapeMemory)).measurements).to.have.length(5);
  });

  it('count every inference of label sets without end', async () => {
    const { requirements } = await runTiny(churn);
    expect(requirements.at(-1)?.met).to.equal(true);
  });

  it('find all that a package brings', async () => {
    const { measurements } = await runTiny(install);
    const packages = measurements.map(({ values }) => values['packages'] as number);
    expect(packages[1]).to.be.above(packages[0]!);
  });
});

describe('what the benchmarks are made of', () => {
  it('is a middle value, and ratios of what was measured side by side', () => {
    expect(median([5, 1, 3])).to.equal(3);
    expect(median([4, 1, 3, 2])).to.equal(2.5);
    expect(medianRatio([20, 200, 30], [1, 10, 2])).to.equal(20);
    expect(spread([10, 10, 10, 10])).to.equal(0);
    expect(spread([8, 9, 10, 11, 12])).to.be.closeTo(0.2, 1e-12);
  });

  it('is a count of requests over all series, whatever else is exposed', () => {
    const body = [
      '# TYPE inference_requests_total counter',
      'inference_requests_total{model_type="a b",status="success"} 12',
      'inference_requests_total{model_type="c",status="success"} 3 1700000000000',
      'inference_latency_seconds_count{model_type="c"} 99',
    ].join('\n');
    expect(requestsCounted(body)).to.equal(15);
  });

  it('is a model that multiplies a matrix with itself', async () => {
    const session = await InferenceSession.create(matrixModel(2, 3));
    const input = new Tensor('float32', Float32Array.of(1, 1, 0, 1), [2, 2]);
    const { output } = await session.run({ input });
    expect([...(output!.data as Float32Array)]).to.deep.equal([1, 4, 0, 1]);
    await session.release();
  });

  it('is a command line that helps', () => {
    const names = ['record', 'startup'];
    expect(parseCommandLine(['--help'], names)).to.have.property('kind', 'help');
    expect(parseCommandLine(['--only', 'nothing'], names)).to.deep.equal({
      kind: 'mistake',
      message: '--only must be one of record, startup, received "nothing".',
    });
    expect(parseCommandLine(['--quick', '--only', 'startup'], names)).to.deep.equal({
      kind: 'run',
      options: { only: ['startup'], effort: 'quick', build: true, keep: false },
    });
  });

  it('is a chart that says everything in words as well', () => {
    const chart = barChart({
      title: 'A & B',
      subtitle: 'ns',
      bars: [
        { label: 'ours', value: 1, text: '1 ns', highlighted: true },
        { label: '<theirs>', value: 1000, text: '1,000 ns', highlighted: false },
      ],
    });
    expect(chart).to.include('aria-label="A &amp; B, ns. ours: 1 ns; &lt;theirs&gt;: 1,000 ns"');
    expect(chart.match(/<rect class="bar/g)).to.have.length(2);
  });

  it('is a page that shows the results that are kept', () => {
    const page = readFileSync(new URL('../../docs/benchmarks.md', import.meta.url), 'utf8');
    expect(page).to.equal(
      withResults(page, keptResults()),
      'npm run bench -- --draw brings docs/benchmarks.md up to date',
    );
  });
});
