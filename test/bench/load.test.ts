import { expect } from 'chai';
import { compareLoad, type LoadComparison, type LoadPair } from '../../bench/load/compare-load.ts';
import type { LoadRun } from '../../bench/load/drive-load.ts';
import { parseLoadCommand } from '../../bench/load/load-command.ts';
import { loadText } from '../../bench/load/load-text.ts';
import { startLoadedService } from '../../bench/load/loaded-service.ts';
import { SOURCE_FLAGS } from '../support/child-process.ts';

const MACHINE = { processor: 'a processor', cores: 2, node: 'v26.10.0' };

describe('the load test', function () {
  this.timeout(60_000);

  it('drives the example with and without instrumentation, and every answer is counted', async () => {
    const shares: number[] = [];
    const comparison = await compareLoad({
      rounds: 1,
      seconds: 1,
      connections: 2,
      nodeFlags: SOURCE_FLAGS,
      progress: (_what, share) => shares.push(share),
    });
    expect(comparison.failures).to.deep.equal([]);
    expect(comparison.answered).to.be.above(0);
    expect(comparison.counted).to.be.within(comparison.answered, comparison.answered + 2 * 2);
    expect(shares).to.deep.equal([0, 0.5]);
    const [{ plain, instrumented }] = comparison.pairs as [LoadPair];
    for (const run of [plain, instrumented]) {
      expect(run.failed).to.equal(0);
      expect(run.requestsPerSecond).to.be.above(0);
      expect(run.p50Ms).to.be.above(0);
      expect(run.p90Ms).to.be.at.least(run.p50Ms);
      expect(run.p99Ms).to.be.at.least(run.p90Ms);
    }
    expect(loadText(comparison, MACHINE)).to.match(/^requests\/s /m);
  });

  it('compares with a service that observes nothing and has no endpoint', async () => {
    const service = await startLoadedService(false, SOURCE_FLAGS);
    try {
      expect(service.metricsUrl).to.equal(undefined);
      expect((await fetch(`${service.url}/healthz`)).status).to.equal(200);
    } finally {
      await service.stop();
    }
  });

  it('takes a cost within pairs, as the median with the middle half beside it', () => {
    const costs = [0, 0.01, 0.02, 0.03, 0.1];
    const text = loadText(comparisonOf(costs.map((cost) => pairOf(cost))), MACHINE);
    expect(text).to.match(/^requests\/s +1,000 +980 +\+2\.0 % +\+1\.0 % to \+3\.0 %$/m);
    expect(text).to.match(/^CPU per request +100 µs +102 µs +\+2\.0 % +\+1\.0 % to \+3\.0 %$/m);
    expect(text).to.contain('All 5,000 answered requests were counted');
  });

  it('leaves CPU time out where the system does not tell it, and says what failed', () => {
    const pair = pairOf(0);
    const silent = { ...pair, plain: { ...pair.plain, cpuMicrosecondsPerRequest: undefined } };
    const text = loadText({ ...comparisonOf([silent]), failures: ['3 requests failed.'] }, MACHINE);
    expect(text).to.not.contain('CPU');
    expect(text.endsWith('3 requests failed.')).to.equal(true);
  });

  it('tells how it is used, and what is wrong with an option', () => {
    expect(parseLoadCommand(['--help']))
      .to.have.property('text')
      .that.contains('--connections <number>');
    expect(parseLoadCommand([])).to.deep.equal({
      kind: 'run',
      options: { rounds: 8, seconds: 5, connections: 8, build: true },
    });
    expect(parseLoadCommand(['--rounds', '0'])).to.deep.equal({
      kind: 'mistake',
      message: '--rounds must be an integer from 1 to 100, received "0".',
    });
  });
});

function comparisonOf(pairs: readonly LoadPair[]): LoadComparison {
  return { options: { connections: 8, seconds: 5 }, pairs, answered: 5000, counted: 5003, failures: [] };
}

/** Of a second round in which instrumentation costs so large a share of everything. */
function pairOf(cost: number): LoadPair {
  return { plain: runOf(1), instrumented: runOf(1 + cost) };
}

function runOf(factor: number): LoadRun {
  return {
    answered: 1000,
    failed: 0,
    requestsPerSecond: 1000 / factor,
    cpuMicrosecondsPerRequest: 100 * factor,
    p50Ms: factor,
    p90Ms: 2 * factor,
    p99Ms: 3 * factor,
  };
}
