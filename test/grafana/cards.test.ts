import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cardGauge, cardGaugeOrByHand, cardRate } from '../../grafana/source/gpu-promql.ts';
import { requireTool } from '../support/required-tool.ts';
import { runChecker } from '../support/run-checker.ts';
import { resolveQuery } from './support/resolved-query.ts';

/** Two services that see one card under different indices; the information of the second is missing from minute 4 on. */
const SERIES = [
  { series: 'gpu_info{job="a",instance="one",gpu_id="0",uuid="GPU-x",name="H100"}', values: '1x10' },
  { series: 'gpu_info{job="a",instance="two",gpu_id="3",uuid="GPU-x",name="H100"}', values: '1x3 stale' },
  { series: 'gpu_energy_joules_total{job="a",instance="one",gpu_id="0"}', values: '0+6000x10' },
  { series: 'gpu_energy_joules_total{job="a",instance="two",gpu_id="3"}', values: '0+6000x10' },
  { series: 'gpu_power_watts{job="a",instance="one",gpu_id="0"}', values: '100x10' },
  { series: 'gpu_power_watts{job="a",instance="two",gpu_id="3"}', values: '100x10' },
  { series: 'gpu_utilization_percent{job="a",instance="three",gpu_id="0"}', values: '50x10' },
];

describe('cards', () => {
  let promtool: string;
  let folder: string;

  before(async function () {
    promtool = requireTool(this, 'promtool');
    folder = await mkdtemp(join(tmpdir(), 'inferometer-cards-'));
  });
  after(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  /** @throws what promtool says, where the expression gives something else at minute 5 */
  async function expectSamples(
    expression: string,
    samples: readonly { labels: string; value: number }[],
  ): Promise<void> {
    const file = join(folder, 'cards.test.yml');
    const expr = resolveQuery(expression, { rate: '4m', range: '1h' });
    const test = {
      interval: '1m',
      input_series: SERIES,
      promql_expr_test: [{ expr, eval_time: '5m', exp_samples: samples }],
    };
    await writeFile(file, JSON.stringify({ evaluation_interval: '1m', tests: [test] }));
    await runChecker(promtool, ['test', 'rules', file]);
  }

  it('count once in a rate, also while the information of a service is missing', async () => {
    await expectSamples(cardRate('gpu.energy'), [{ labels: '{card="GPU-x",name="H100"}', value: 100 }]);
  });

  it('count once in a gauge, under whatever index', async () => {
    await expectSamples(cardGauge('gpu.power'), [{ labels: '{card="GPU-x",name="H100"}', value: 100 }]);
  });

  it('are told by target and index where use is set by hand and nothing else is known', async () => {
    await expectSamples(cardGaugeOrByHand('gpu.utilization'), [{ labels: '{card="three/0"}', value: 50 }]);
  });
});
