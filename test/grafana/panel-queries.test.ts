import type { DriftOptions } from '@inferometer/observability';
import { expect } from 'chai';
import { readDashboard } from '../../grafana/preview/committed-dashboard.ts';
import { dashboardPicture } from '../../grafana/preview/dashboard-picture.ts';
import { type PrometheusServer, type QueriedSeries, startPrometheus } from '../e2e/prometheus-server.ts';
import { H100, h100At, makeNvmlStub, type NvmlStub } from '../gpu-metrics/support/nvml-stub.ts';
import { ruleFilePaths } from '../prometheus/rule-files.ts';
import { endPrograms, startProgram } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../support/otlp-receiver.ts';
import { requireTool } from '../support/required-tool.ts';
import type { ExampleSetup } from './fixtures/observed-example.ts';
import { committedDashboards, queriesOf } from './support/committed-dashboards.ts';
import { type Choice, resolveQuery } from './support/resolved-query.ts';

const EXAMPLE = new URL('fixtures/observed-example.ts', import.meta.url);

/** Twenty scrapes. */
const WINDOWS = { rate: '5s', range: '30s' };

/** Panes and a window that a test can wait for. */
const QUICK_DRIFT: DriftOptions = { paneMinimumMs: 200, paneMinimumEvents: 20, minimumSamples: 100 };

/** Told only where it is measured: in a container with a processor quota. */
const DEPENDS_ON_THE_MACHINE = 'cpu_throttled_seconds_total';

/** What the stub tells of each of its two cards. */
const CARD_POWER_WATTS = 120.55;
const JOULES_PER_TICK = 25;
const TICK_MS = 100;

/** The oldest that is supported, and the current one. */
const PROMETHEUSES = ['prometheus', 'prometheus-3'];

for (const program of PROMETHEUSES) {
  describe(`the dashboards' queries, asked of a real Prometheus (${program}) that scrapes two replicas of the example under replay and has the rules`, function () {
    this.timeout(120_000);
    let prometheus: PrometheusServer;
    let receiver: OtlpReceiver;
    let stub: NvmlStub;
    let ticking: NodeJS.Timeout | undefined;

    async function ask(expression: string, choice?: Choice): Promise<readonly QueriedSeries[]> {
      return await prometheus.query(resolveQuery(expression, WINDOWS, choice));
    }

    function panelQuery(title: string, panelTitle: string): string {
      const dashboard = committedDashboards.find((candidate) => candidate.title === title);
      const found = dashboard && queriesOf(dashboard).find(({ panel }) => panel.title === panelTitle);
      expect(found, panelTitle).to.not.equal(undefined);
      return found?.target.expr ?? '';
    }

    before(async function () {
      const path = requireTool(this, program);
      const gcc = requireTool(this, 'gcc');
      receiver = await startOtlpReceiver();
      // Enough for a rate of failures, and less than would stop the export.
      receiver.failNext(4, 400);
      stub = makeNvmlStub(gcc, scenario(0));
      let ticks = 0;
      ticking = setInterval(() => stub.play(scenario(++ticks)), TICK_MS);
      const setup: ExampleSetup = {
        nvml: stub.path,
        otlpUrl: receiver.url,
        requestsPerSecond: 60,
        drift: QUICK_DRIFT,
        hasStrays: true,
      };
      const replicas = [0, 1].map(() =>
        startProgram(EXAMPLE, { args: [JSON.stringify(setup)], environment: stub.environment }),
      );
      const metricsUrls = await Promise.all(replicas.map((replica) => replica.hear<string>('metricsUrl')));
      prometheus = await startPrometheus(path, metricsUrls, ruleFilePaths());
    });

    after(async () => {
      await prometheus?.stop();
      await endPrograms();
      clearInterval(ticking);
      stub?.remove();
      await receiver?.close();
    });

    for (const dashboard of committedDashboards) {
      describe(`of ${dashboard.title}`, () => {
        for (const { panel, target } of queriesOf(dashboard)) {
          it(`find finite numbers for "${panel.title}", query ${target.refId}`, async () => {
            if (target.expr.includes(DEPENDS_ON_THE_MACHINE)) {
              await ask(target.expr);
              return;
            }
            await eventually(
              async () => {
                const series = await ask(target.expr);
                expect(series, target.expr).to.have.length.above(0);
                for (const { labels, value } of series) {
                  expect(Number.isFinite(value), `${JSON.stringify(labels)} of ${target.expr} is ${value}`).to.equal(
                    true,
                  );
                }
                return true;
              },
              { timeoutMs: 30_000 },
            );
          });
        }

        it('find values for every variable', async () => {
          for (const { name, type, query } of dashboard.templating.list) {
            if (type === 'query') {
              const [, selector = '', label = ''] = /^label_values\((.+), ([a-z_]+)\)$/.exec(query) ?? [];
              const values = await prometheus.labelValues(resolveQuery(selector, WINDOWS), label);
              expect(values, name).to.have.length.above(0);
            }
          }
        });
      });
    }

    describe('that join', () => {
      it('count each card once, though both replicas report it', async () => {
        const power = panelQuery('Resources', 'GPU power');
        const use = panelQuery('Resources', 'GPU use');
        await eventually(async () => {
          const [total] = await ask(power);
          expect(total?.value).to.be.closeTo(2 * CARD_POWER_WATTS, 1e-9);
          const cards = (await ask(use)).map(({ labels }) => labels['card']);
          expect(cards).to.have.members([h100At(1)['gpu.1.uuid'], H100['gpu.0.uuid']]);
          return true;
        });
      });

      it('show the chosen model alone', async () => {
        await eventually(async () => {
          expect(await modelsWith({ model: 'image' })).to.deep.equal(['image']);
          // With all of them, the overflow series too, which has no model.
          expect(await modelsWith()).to.have.members(['document', 'image', 'undeclared', undefined]);
          return true;
        });
      });

      it('leave out models in another version than the chosen one, and keep those that have none', async () => {
        await eventually(async () => {
          const [version = ''] = await prometheus.labelValues('inference_model_info', 'model_version');
          expect(await modelsWith({ version })).to.have.members(['document', 'image', 'undeclared', undefined]);
          expect(await modelsWith({ version: 'another' })).to.have.members(['undeclared', undefined]);
          return true;
        });
      });
    });

    it('give a picture of each dashboard, with every panel that is not folded', async () => {
      const toSeconds = Math.floor(Date.now() / 1000);
      const time = { fromSeconds: toSeconds - 10, toSeconds, stepSeconds: 1 };
      for (const { name, panels } of committedDashboards) {
        const picture = await dashboardPicture(readDashboard(name), prometheus.address, time);
        for (const { title } of panels) {
          expect(picture, name).to.include(`${title}</text>`);
        }
        expect(picture, name).to.not.match(/NaN|Infinity|undefined/);
      }
    });

    async function modelsWith(choice?: Choice): Promise<readonly (string | undefined)[]> {
      const series = await ask(panelQuery('Inference', 'Requests by model'), choice);
      return series.map(({ labels }) => labels['model_type']);
    }

    function scenario(ticks: number): Record<string, string | number | bigint> {
      const cards = [0, 1].flatMap((index) => [
        [`gpu.${index}.energy`, Number(H100['gpu.0.energy']) + ticks * JOULES_PER_TICK * 1000],
        [`gpu.${index}.gpm`, 1],
        [`gpu.${index}.gpm.2`, 33.5],
        [`gpu.${index}.gpm.3`, 20],
        [`gpu.${index}.gpm.5`, 12.25],
      ]);
      return { gpus: 2, xids: '0:79', ...H100, ...h100At(1), ...(Object.fromEntries(cards) as Record<string, number>) };
    }
  });
}
