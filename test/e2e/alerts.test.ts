import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ruleFilePaths } from '../prometheus/rule-files.ts';
import { endPrograms, type Program, startProgram } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { httpRequest } from '../support/http-request.ts';
import { requireTool } from '../support/required-tool.ts';
import type { ServiceCommand } from './fixtures/operated-service.ts';
import { hastenedAlertmanager, hastenedRules } from './hastened.ts';
import { type OperatedPrometheus, operatePrometheus } from './operated-prometheus.ts';
import { freePort } from './prometheus-server.ts';
import { type ServerProcess, serverProcess } from './server-process.ts';
import { startWebhookReceiver, type ToldAlert, type WebhookReceiver } from './webhook-receiver.ts';

const SERVICE = new URL('fixtures/operated-service.ts', import.meta.url);
const ALERTMANAGER_YML = fileURLToPath(new URL('../../prometheus/alertmanager.yml', import.meta.url));

/** The oldest Prometheus that the rules are for and a new one, side by side: each has to tell each alert. */
const VERSIONS = ['prometheus', 'prometheus-3'] as const;

/** Every story here is over in a quarter of it; the rest is for machines that do other things as well. */
const STORY_MS = 60_000;

describe('alerts on a real service, in which a minute takes a second', function () {
  this.timeout(2 * STORY_MS);
  let folder: string;
  let servers: readonly OperatedPrometheus[] = [];
  let alertmanager: ServerProcess | undefined;
  let webhooks: WebhookReceiver | undefined;
  let service: Program;

  before(async function () {
    const paths = VERSIONS.map((version) => ({ version, path: requireTool(this, version) }));
    const alertmanagerPath = requireTool(this, 'alertmanager');
    folder = await mkdtemp(join(tmpdir(), 'inferometer-alerts-'));
    webhooks = await startWebhookReceiver();
    service = startProgram(SERVICE);
    const metricsUrl = await service.hear<string>('metricsUrl');
    const address = `127.0.0.1:${await freePort()}`;
    alertmanager = await startAlertmanager(alertmanagerPath, address, webhooks.url);
    const ruleFiles = await writeRules();
    servers = await Promise.all(
      paths.map(async ({ version, path }) => {
        const server = await operatePrometheus(
          path,
          join(folder, version),
          {
            global: {
              scrape_interval: '500ms',
              scrape_timeout: '500ms',
              evaluation_interval: '1s',
              external_labels: { prometheus: version },
            },
            rule_files: ruleFiles,
            alerting: { alertmanagers: [{ static_configs: [{ targets: [address] }] }] },
            scrape_configs: [{ job_name: 'service', static_configs: [{ targets: [new URL(metricsUrl).host] }] }],
          },
          [
            // What was sent before Alertmanager was found is sent again, by default after a minute.
            '--rules.alert.resend-delay=1s',
          ],
        );
        await server.start();
        return server;
      }),
    );
    await everyServer('up', 1);
  });

  after(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await alertmanager?.stop();
    await webhooks?.close();
    await endPrograms();
    if (folder !== undefined) {
      await rm(folder, { recursive: true });
    }
  });

  async function startAlertmanager(path: string, address: string, url: string): Promise<ServerProcess> {
    const file = join(folder, 'alertmanager.yml');
    await writeFile(file, JSON.stringify(hastenedAlertmanager(ALERTMANAGER_YML, url)));
    const server = serverProcess({
      path,
      args: [
        `--config.file=${file}`,
        `--storage.path=${join(folder, 'alertmanager')}`,
        `--web.listen-address=${address}`,
        '--cluster.listen-address=',
      ],
      readyUrl: `http://${address}/-/ready`,
    });
    await server.start();
    return server;
  }

  async function writeRules(): Promise<string[]> {
    await mkdir(join(folder, 'rules'));
    const files: string[] = [];
    for (const path of ruleFilePaths()) {
      const file = join(folder, 'rules', basename(path));
      await writeFile(file, hastenedRules(path));
      files.push(file);
    }
    return files;
  }

  async function tell(command: ServiceCommand): Promise<void> {
    service.write(JSON.stringify(command));
    await service.hear('recorded');
  }

  /** Waits until every Prometheus answers a query with `value`. */
  async function everyServer(query: string, value: number): Promise<void> {
    for (const server of servers) {
      await eventually(async () => ((await server.value(query)) === value ? true : undefined));
    }
  }

  /** Waits until the receiver was told by every Prometheus, and gives what the first told. */
  async function told(
    status: ToldAlert['status'],
    receiver: string,
    labels: Record<string, string>,
    after = 0,
  ): Promise<ToldAlert> {
    const alerts: ToldAlert[] = [];
    for (const prometheus of VERSIONS) {
      const sought = Object.entries({ ...labels, prometheus });
      alerts.push(
        await eventually(
          () =>
            webhooks?.told
              .slice(after)
              .find(
                (alert) =>
                  alert.status === status &&
                  alert.receiver === receiver &&
                  sought.every(([label, value]) => alert.labels[label] === value),
              ),
          { timeoutMs: STORY_MS },
        ),
      );
    }
    return alerts[0]!;
  }

  it('tell the watchdog that they work', async () => {
    await told('firing', 'watchdog', { alertname: 'Watchdog' });
  });

  it("wake the model's owner when half of its requests fail, and tell when that is over", async () => {
    await tell({ times: 100 });
    await tell({ times: 100, record: { success: false, errorCode: 'model_failure' } });
    const alert = { alertname: 'ErrorBudgetBurnFast', job: 'service', model_type: 'document', long: '1h' };
    const { labels, annotations } = await told('firing', 'pager-search', alert);
    expect(labels).to.include({ owner: 'search', severity: 'page' });
    expect(annotations['summary']).to.equal('document of service fails too often.');
    await told('resolved', 'pager-search', alert);
  });

  it("wake the model's owner when requests take longer than promised, and tell when that is over", async () => {
    // Far more than the fast ones before: over 72% of the last hour's requests have to be slow.
    await tell({ times: 900, record: { latencyMs: 900 } });
    const alert = { alertname: 'LatencyBudgetBurnFast', job: 'service', model_type: 'document', long: '1h' };
    await told('firing', 'pager-search', alert);
    await told('resolved', 'pager-search', alert);
  });

  it('give the owner a ticket for a drift, and tell when that is over', async () => {
    await tell({ times: 1000, distributionDrift: 0.18 });
    const alert = { alertname: 'ModelDrift', model_type: 'document' };
    const { labels } = await told('firing', 'tickets-search', alert);
    expect(labels['severity']).to.equal('ticket');
    await tell({ distributionDrift: 0.02 });
    await told('resolved', 'tickets-search', alert);
  });

  it('go on after a restart of Prometheus, which neither loses a count nor sees one twice', async () => {
    const total = 'sum(inference_requests_total{job="service"})';
    const before = await eventually(async () => await servers[0]?.value(total));
    await Promise.all(servers.map((server) => server.stop()));
    await tell({ times: 100, record: { success: false, errorCode: 'model_failure' } });
    const toldBefore = webhooks?.told.length ?? 0;
    await Promise.all(servers.map((server) => server.start()));
    await everyServer(total, before + 100);
    await everyServer('max(resets(inference_requests_total[10m]))', 0);
    await told('firing', 'pager-search', { alertname: 'ErrorBudgetBurnFast' }, toldBefore);
  });

  it('come of rules that are all evaluated without an error or a warning', async () => {
    interface Rule {
      readonly name: string;
      readonly health: string;
      readonly lastError?: string;
    }
    for (const server of servers) {
      const { body } = await httpRequest(`${server.url}/api/v1/rules`);
      const { data } = JSON.parse(body) as {
        readonly data: { readonly groups: readonly { rules: readonly Rule[] }[] };
      };
      const rules = data.groups.flatMap((group) => group.rules);
      expect(rules).to.have.length.above(70);
      expect(rules.filter(({ health, lastError = '' }) => health !== 'ok' || lastError !== '')).to.deep.equal([]);
      expect(server.log).not.to.match(/many-to-many|err=/);
    }
  });

  it('wake somebody when nothing is left of the service', async () => {
    service.kill('SIGKILL');
    const { labels } = await told('firing', 'pager', { alertname: 'AllTargetsGone' });
    expect(labels).to.deep.include({ job: 'service', severity: 'page' });
  });
});
