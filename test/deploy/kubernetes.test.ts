import { readdir, readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { parse } from 'yaml';
import { type Kustomize, requireKustomize, type Resource } from './support/kustomize.ts';
import { execForm, readDockerfile } from './support/dockerfile.ts';
import { resourceMistakes } from './support/schemas.ts';

const ROOT = new URL('../../', import.meta.url);
const KUBERNETES = new URL('deploy/kubernetes/', ROOT);
const OVERLAYS = ['annotations', 'operator', 'operator-autoscaled'] as const;

type Labels = Readonly<Record<string, string>>;

interface Port {
  readonly name?: string;
  readonly containerPort: number;
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
  readonly periodSeconds: number;
  readonly failureThreshold: number;
}

interface Container {
  readonly image: string;
  readonly args: readonly string[];
  readonly ports: readonly Port[];
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly startupProbe: Probe;
  readonly livenessProbe: Probe;
  readonly readinessProbe: Probe;
  readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
  readonly resources: { readonly limits: Readonly<Record<string, string>> };
  readonly securityContext: Readonly<Record<string, unknown>>;
}

interface PodTemplate {
  readonly metadata: { readonly labels: Labels; readonly annotations?: Labels };
  readonly spec: {
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly terminationGracePeriodSeconds: number;
    readonly containers: readonly [Container];
  };
}

function only(resources: readonly Resource[], kind: string): unknown {
  const found = resources.filter((resource) => resource.kind === kind);
  expect(found, kind).to.have.length(1);
  return found[0]!.spec;
}

function podTemplate(resources: readonly Resource[]): PodTemplate {
  return (only(resources, 'Deployment') as { template: PodTemplate }).template;
}

describe('Kubernetes', function () {
  // kubectl takes its time where the machine is busy.
  this.timeout(60_000);
  let kustomize: Kustomize;
  const built = new Map<string, readonly Resource[]>();
  const overlay = (name: (typeof OVERLAYS)[number]): readonly Resource[] => built.get(name)!;

  before(async function () {
    kustomize = requireKustomize(this);
    for (const name of OVERLAYS) {
      built.set(name, await kustomize(new URL(`overlays/${name}/`, KUBERNETES)));
    }
  });

  for (const name of OVERLAYS) {
    describe(`with the overlay ${name}`, () => {
      it('gives resources without a mistake, by the schemas of their kinds', () => {
        for (const resource of overlay(name)) {
          expect(resourceMistakes(resource), `${resource.kind} ${resource.metadata.name}`).to.deep.equal([]);
        }
      });

      it('selects the pods that it makes, wherever it selects any', () => {
        const { metadata } = podTemplate(overlay(name));
        const selectors = overlay(name).flatMap(({ kind, spec }) => selectorsOf(kind, spec));
        expect(selectors).to.have.length.above(3);
        for (const selector of selectors) {
          expect(metadata.labels).to.include(selector);
        }
      });

      it('names only ports that the container has', () => {
        const { containers } = podTemplate(overlay(name)).spec;
        const names = containers[0].ports.map((port) => port.name);
        const used = overlay(name).flatMap(({ kind, spec }) => portNamesOf(kind, spec));
        expect(used).to.include.members(['http', 'metrics']);
        expect(names).to.include.members(used);
      });

      it('has the three dashboards as they are in the repository', async () => {
        const files = (await readdir(new URL('grafana/dashboards/', ROOT))).filter((file) => file.endsWith('.json'));
        const maps = overlay(name).filter(({ kind }) => kind === 'ConfigMap');
        expect(maps.flatMap(({ data }) => Object.keys(data ?? {}))).to.have.members(files);
        for (const { metadata, data } of maps) {
          expect(metadata.labels).to.include({ grafana_dashboard: '1' });
          for (const [file, text] of Object.entries(data ?? {})) {
            expect(text, file).to.equal(await readFile(new URL(`grafana/dashboards/${file}`, ROOT), 'utf8'));
          }
        }
      });

      it('lets only Prometheus reach the metrics', () => {
        const policy = only(overlay(name), 'NetworkPolicy') as {
          ingress: { from: { podSelector?: { matchLabels: Labels } }[]; ports: { port: string }[] }[];
        };
        const toMetrics = policy.ingress.filter(({ ports }) => ports.some(({ port }) => port === 'metrics'));
        expect(toMetrics.flatMap(({ from }) => from)).to.have.length(1);
        expect(toMetrics[0]!.from[0]).to.have.nested.property('podSelector.matchLabels').that.deep.equals({
          'app.kubernetes.io/name': 'prometheus',
        });
      });
    });
  }

  it('scrapes each pod once: by annotations or by PodMonitor', () => {
    const annotations = podTemplate(overlay('annotations')).metadata.annotations;
    expect(annotations).to.include({ 'prometheus.io/scrape': 'true', 'prometheus.io/port': '9090' });
    expect(overlay('annotations').map(({ kind }) => kind)).to.not.include('PodMonitor');
    for (const name of ['operator', 'operator-autoscaled'] as const) {
      expect(podTemplate(overlay(name)).metadata).to.not.have.property('annotations');
      expect(overlay(name).filter(({ kind }) => kind === 'PodMonitor')).to.have.length(1);
    }
  });

  it('gives series the label job that prometheus.yml gives them', () => {
    const { jobLabel } = only(overlay('operator'), 'PodMonitor') as { jobLabel: string };
    expect(podTemplate(overlay('operator')).metadata.labels[jobLabel]).to.equal('multimodal-api');
  });

  it('has every group of rules', async () => {
    const { groups } = only(overlay('operator'), 'PrometheusRule') as { groups: { name: string }[] };
    const files = await readdir(new URL('prometheus/rules/', ROOT));
    const texts = await Promise.all(files.map((file) => readFile(new URL(`prometheus/rules/${file}`, ROOT), 'utf8')));
    const names = texts.flatMap((text) =>
      (parse(text) as { groups: { name: string }[] }).groups.map(({ name }) => name),
    );
    expect(groups.map(({ name }) => name)).to.have.members(names);
  });

  it('asks /livez whether to restart and the service whether it takes requests', () => {
    const [{ livenessProbe, readinessProbe, startupProbe, ports }] = podTemplate(overlay('operator')).spec.containers;
    const port = (name: string): number => ports.find((found) => found.name === name)!.containerPort;
    expect(livenessProbe.httpGet.path).to.equal('/livez');
    expect(port(livenessProbe.httpGet.port)).to.equal(9090);
    for (const probe of [readinessProbe, startupProbe]) {
      expect(probe.httpGet.path).to.equal('/healthz');
      expect(port(probe.httpGet.port)).to.equal(8080);
    }
  });

  it('runs the image with the least rights, as the user that the Dockerfile names', () => {
    const { securityContext, containers } = podTemplate(overlay('operator')).spec;
    const image = readDockerfile(new URL('deploy/Dockerfile', ROOT)).at(-1)!;
    const user = image.instructions.find(({ name }) => name === 'USER')!.text;
    expect(`${String(securityContext['runAsUser'])}:${String(securityContext['runAsGroup'])}`).to.equal(user);
    expect(securityContext).to.deep.include({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    expect(containers[0].securityContext).to.deep.equal({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(containers[0].image).to.match(/^multimodal-api:\d+\.\d+\.\d+$/);
    expect(containers[0].args).to.deep.equal(execForm(image.instructions.find(({ name }) => name === 'CMD')!.text));
    expect(containers[0].resources.limits).to.have.all.keys('memory');
  });

  it('tells where a series comes from, with variables that stand above their use', () => {
    const [{ env }] = podTemplate(overlay('operator')).spec.containers;
    const place = env.findIndex(({ name }) => name === 'OTEL_RESOURCE_ATTRIBUTES');
    const used = [...env[place]!.value!.matchAll(/\$\((\w+)\)/g)].map(([, name]) => name);
    expect(used).to.include.members(['POD_NAME', 'POD_NAMESPACE', 'NODE_NAME', 'POD_UID']);
    expect(env.slice(0, place).map(({ name }) => name)).to.include.members(used);
  });

  it('leaves the service time to finish what it has begun', async () => {
    const { terminationGracePeriodSeconds, containers } = podTemplate(overlay('operator')).spec;
    const main = await readFile(new URL('examples/multimodal-api/src/main.ts', ROOT), 'utf8');
    const stopSeconds = Number(/STOP_TIMEOUT_MS = (\d+)/.exec(main)?.[1]) / 1000;
    expect(terminationGracePeriodSeconds).to.be.above(containers[0].lifecycle.preStop.sleep.seconds + stopSeconds);
  });

  it('leaves the number of replicas to KEDA where KEDA scales, by what is in flight', () => {
    expect(only(overlay('operator'), 'Deployment')).to.have.property('replicas', 2);
    expect(only(overlay('operator-autoscaled'), 'Deployment')).to.not.have.property('replicas');
    const { triggers, scaleTargetRef } = only(overlay('operator-autoscaled'), 'ScaledObject') as {
      triggers: { metadata: { query: string } }[];
      scaleTargetRef: { name: string };
    };
    expect(triggers[0]!.metadata.query).to.match(/inference_in_flight\{job="multimodal-api"\}/);
    expect(scaleTargetRef.name).to.equal('multimodal-api');
  });

  it('refuses what does not exist, so that the checks above mean something', () => {
    const resources = overlay('operator').filter(({ kind }) => kind === 'Deployment' || kind === 'PodMonitor');
    expect(resources).to.have.length(2);
    for (const resource of resources) {
      expect(resourceMistakes({ ...resource, spec: { ...(resource.spec as object), replica: 2 } })).to.have.length(1);
    }
  });
});

function selectorsOf(kind: string, spec: unknown): Labels[] {
  const { selector, podSelector } = (spec ?? {}) as {
    selector?: Labels & { matchLabels?: Labels };
    podSelector?: { matchLabels: Labels };
  };
  if (kind === 'Service') {
    return [selector!];
  }
  return [selector?.matchLabels, podSelector?.matchLabels].filter((labels) => labels !== undefined);
}

function portNamesOf(kind: string, spec: unknown): string[] {
  const {
    ports = [],
    podMetricsEndpoints = [],
    ingress = [],
  } = (spec ?? {}) as {
    ports?: { targetPort: string }[];
    podMetricsEndpoints?: { port: string }[];
    ingress?: { ports: { port: string }[] }[];
  };
  const ofPolicy = ingress.flatMap((rule) => rule.ports.map(({ port }) => port));
  return kind === 'Service'
    ? ports.map(({ targetPort }) => targetPort)
    : [...podMetricsEndpoints.map(({ port }) => port), ...ofPolicy];
}
