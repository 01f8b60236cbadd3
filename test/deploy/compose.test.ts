import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { runTool } from '../packages/run-tool.ts';
import { requireTool } from '../support/required-tool.ts';
import { composeMistakes } from './support/schemas.ts';

const DEPLOY = new URL('../../deploy/', import.meta.url);
const PROMETHEUS = new URL('../prometheus/', DEPLOY);

interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly volumes?: Readonly<Record<string, unknown>>;
}

interface PrometheusFile {
  readonly rule_files: readonly string[];
  readonly alerting: { readonly alertmanagers: readonly StaticTargets[] };
  readonly scrape_configs: readonly (StaticTargets & { readonly job_name: string })[];
}

interface StaticTargets {
  readonly static_configs: readonly { readonly targets: readonly string[] }[];
}

function readYaml(file: URL): unknown {
  return parse(readFileSync(file, 'utf8'));
}

const scraped = readYaml(new URL('compose.yaml', DEPLOY)) as ComposeFile;
const pushed = readYaml(new URL('compose.push.yaml', DEPLOY)) as ComposeFile;

/** What Compose makes of both: a volume in the second replaces that of the same target in the first. */
function mountedAt(target: string, ...files: readonly ComposeFile[]): string | undefined {
  return files
    .flatMap(({ services }) => Object.values(services))
    .flatMap(({ volumes = [] }) => volumes)
    .map((volume) => volume.split(':'))
    .findLast((parts) => parts[1] === target)?.[0];
}

function jobsScraped(file: string): readonly string[] {
  const { scrape_configs: jobs } = readYaml(new URL(file, DEPLOY)) as PrometheusFile;
  return jobs.flatMap(({ static_configs: configs }) => configs.flatMap(({ targets }) => targets));
}

describe('Compose', () => {
  for (const [name, file] of Object.entries({ 'compose.yaml': scraped, 'compose.push.yaml': pushed })) {
    it(`reads ${name} without a mistake, by the schema of the Compose specification`, () => {
      expect(composeMistakes(file)).to.deep.equal([]);
    });

    it(`finds every file that ${name} mounts, and mounts it to be read only`, () => {
      for (const [service, { volumes = [] }] of Object.entries(file.services)) {
        for (const volume of volumes) {
          const [source = '', target, mode] = volume.split(':');
          if (source.startsWith('.')) {
            expect(existsSync(new URL(source, DEPLOY)), `${service}: ${source}`).to.equal(true);
            expect({ target, mode }, source).to.deep.equal({ target, mode: 'ro' });
          } else {
            expect(scraped.volumes, `${service}: ${source}`).to.have.property(source);
          }
        }
      }
    });
  }

  it('refuses a misspelt option, so that the check above means something', () => {
    expect(composeMistakes({ services: { api: { image: 'api:1', healthchek: {} } } })).to.not.deep.equal([]);
  });

  it('starts the service, the collector, Prometheus, Alertmanager and Grafana', () => {
    expect(Object.keys(scraped.services)).to.have.members([
      'multimodal-api',
      'otel-collector',
      'prometheus',
      'alertmanager',
      'grafana',
    ]);
  });

  it('pins every image to a version, the collector to that of the Builder manifest', () => {
    for (const { image } of Object.values(scraped.services)) {
      expect(image).to.match(/^[\w./-]+:v?\d+\.\d+\.\d+$/);
    }
    const { dist } = readYaml(new URL('../collector/builder.yaml', DEPLOY)) as { dist: { version: string } };
    expect(scraped.services['otel-collector']?.image).to.match(new RegExp(`:${dist.version}$`));
  });

  it('runs the Prometheus and the Alertmanager that the tests run', () => {
    const tools = readFileSync(new URL('../.ci/tools', DEPLOY), 'utf8');
    // The Go module of Prometheus 3.16.0 is v0.316.0.
    const [, line, patch] = /^PROMETHEUS=v0\.(\d+)\.(\d+)/m.exec(tools)!;
    const version = `v${Math.floor(Number(line) / 100)}.${Number(line) % 100}.${patch}`;
    expect(scraped.services['prometheus']?.image).to.equal(`prom/prometheus:${version}`);
    const alertmanager = /^ALERTMANAGER=(v[\d.]+)/m.exec(tools)![1];
    expect(scraped.services['alertmanager']?.image).to.equal(`prom/alertmanager:${alertmanager}`);
  });

  it('opens ports to this machine alone, and none twice', () => {
    const ports = Object.values(scraped.services).flatMap(({ ports: opened = [] }) => opened);
    for (const port of ports) {
      expect(port).to.match(/^127\.0\.0\.1:\d+:\d+$/);
    }
    const onThisMachine = ports.map((port) => port.split(':')[1]);
    expect(new Set(onThisMachine).size).to.equal(onThisMachine.length);
  });

  it('builds the image that Kubernetes runs', () => {
    const { build } = scraped.services['multimodal-api']!;
    expect(existsSync(new URL(`${build!.context}/${build!.dockerfile}`, DEPLOY))).to.equal(true);
  });

  it('has every host that Prometheus scrapes or alerts', () => {
    const { alerting } = readYaml(new URL('prometheus.yml', PROMETHEUS)) as PrometheusFile;
    const alerted = alerting.alertmanagers.flatMap(({ static_configs: configs }) =>
      configs.flatMap(({ targets }) => targets),
    );
    for (const target of [...jobsScraped('../prometheus/prometheus.yml'), ...alerted]) {
      const [host = ''] = target.split(':');
      expect(['localhost', ...Object.keys(scraped.services)], target).to.include(host);
    }
  });

  it('starts Prometheus with a configuration that promtool accepts, whichever way the metrics take', async function () {
    const promtool = requireTool(this, 'promtool');
    for (const files of [[scraped], [scraped, pushed]]) {
      const configuration = fileURLToPath(new URL(mountedAt('/etc/prometheus/prometheus.yml', ...files)!, DEPLOY));
      const { code, errors } = await runTool(promtool, ['check', 'config', '--syntax-only', configuration], '.');
      expect({ code, errors }).to.deep.equal({ code: 0, errors: '' });
    }
  });

  it('mounts the rules where prometheus.yml looks for them', () => {
    const { rule_files: patterns } = readYaml(new URL('prometheus.yml', PROMETHEUS)) as PrometheusFile;
    expect(patterns).to.deep.equal(['rules/*.yml']);
    expect(mountedAt('/etc/prometheus/rules', scraped)).to.equal('../prometheus/rules');
  });

  it('lets Grafana find its data source, and the dashboards where the provider looks', () => {
    const { providers } = readYaml(new URL('../grafana/provisioning/dashboards/inferometer.yml', DEPLOY)) as {
      providers: { options: { path: string } }[];
    };
    expect(mountedAt(providers[0]!.options.path, scraped)).to.equal('../grafana/dashboards');
    expect(mountedAt('/etc/grafana/provisioning', scraped)).to.equal('../grafana/provisioning');
    const { datasources } = readYaml(new URL('../grafana/provisioning/datasources/prometheus.yml', DEPLOY)) as {
      datasources: { url: string }[];
    };
    expect(new URL(datasources[0]!.url)).to.include({ hostname: 'prometheus', port: '9090' });
    const home = scraped.services['grafana']!.environment!['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH']!;
    expect(existsSync(new URL(home.replace(providers[0]!.options.path, '../grafana/dashboards'), DEPLOY))).to.equal(
      true,
    );
  });

  it('keeps the queue of the collector on the disk, where its configuration puts it', () => {
    const configuration = readFileSync(new URL('../collector/otlp.yaml', DEPLOY), 'utf8');
    const directories = [...configuration.matchAll(/COLLECTOR_STORAGE:-([^}]+)\}/g)].map(([, found]) => found);
    expect(directories).to.have.length.above(0);
    for (const directory of directories) {
      expect(mountedAt(directory!, scraped)).to.equal('collector-queue');
    }
  });

  it('counts the service once: scraped and not pushed, or pushed and not scraped', () => {
    const service = 'multimodal-api:9090';
    expect(jobsScraped(mountedAt('/etc/prometheus/prometheus.yml', scraped)!)).to.include(service);
    expect(scraped.services['multimodal-api']).to.not.have.property('environment');

    expect(jobsScraped(mountedAt('/etc/prometheus/prometheus.yml', scraped, pushed)!)).to.not.include(service);
    const { environment } = pushed.services['multimodal-api']!;
    expect(environment!['OTEL_METRICS_EXPORTER']!.split(',')).to.include('otlp');
    expect(new URL(environment!['OTEL_EXPORTER_OTLP_ENDPOINT']!)).to.include({
      hostname: 'otel-collector',
      port: '4318',
    });
    expect(scraped.services['prometheus']!.command).to.include('--web.enable-otlp-receiver');
  });
});
