import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { ObservabilityOptions } from '../../../packages/observability/src/options/observability-options.ts';
import { resolveOptions } from '../../../packages/observability/src/options/resolve-options.ts';
import type { ResourceAttributes } from '../../../packages/observability/src/options/resolved-options.ts';
import { processSurroundings, type Surroundings } from '../../../packages/observability/src/options/surroundings.ts';
import { fakeSurroundings } from './fake-surroundings.ts';

const podUid = '0c5a3f9e-8f1e-4c7b-9d3a-1b2c3d4e5f60';
const mountInfo = [
  '1180 1160 0:210 / / rw,relatime - overlay overlay rw',
  `1203 1180 259:1 /var/lib/kubelet/pods/${podUid}/etc-hosts /etc/hosts rw,noatime - ext4 /dev/nvme0n1p1 rw`,
  '1204 1180 0:199 / /dev/shm rw - tmpfs shm rw',
].join('\n');

function resourceOf(
  options: ObservabilityOptions,
  environment: Record<string, string> = {},
  surroundings: Surroundings = fakeSurroundings(),
): ResourceAttributes & { readonly warnings: readonly string[] } {
  const resolution = resolveOptions(options, environment, surroundings);
  return { ...resolution.options.resourceAttributes, warnings: resolution.warnings } as ResourceAttributes & {
    readonly warnings: readonly string[];
  };
}

describe('service name', () => {
  const files = { '/app/package.json': '{"name": "from-package", "version": "1.2.3"}' };
  // Weakest first: each beats all before it.
  const sources: readonly (readonly [
    name: string,
    options: ObservabilityOptions,
    environment: Record<string, string>,
  ])[] = [
    ['from-package', {}, {}],
    ['from-attributes', {}, { OTEL_RESOURCE_ATTRIBUTES: 'service.name=from-attributes' }],
    ['from-variable', {}, { OTEL_SERVICE_NAME: 'from-variable' }],
    ['from-code-attributes', { resourceAttributes: { 'service.name': 'from-code-attributes' } }, {}],
    ['from-code', { serviceName: 'from-code' }, {}],
  ];

  for (const [index, [name]] of sources.entries()) {
    it(`is ${name} with ${index} weaker sources beside it`, () => {
      const set = sources.slice(0, index + 1);
      const options = Object.assign({}, ...set.map((source) => source[1])) as ObservabilityOptions;
      const environment = Object.assign({}, ...set.map((source) => source[2])) as Record<string, string>;

      expect(resourceOf(options, environment, fakeSurroundings(files))).to.include({ 'service.name': name });
    });
  }

  const packages: readonly {
    readonly title: string;
    readonly files: Record<string, string>;
    readonly overrides?: Partial<Surroundings>;
    readonly name: string;
  }[] = [
    { title: 'is unknown_service:node without any package.json', files: {}, name: 'unknown_service:node' },
    { title: 'is found in a folder above', files: { '/package.json': '{"name": "a"}' }, name: 'a' },
    {
      title: 'passes over a package.json that only says "module"',
      files: { '/app/package.json': '{"type": "module"}', '/package.json': '{"name": "a"}' },
      name: 'a',
    },
    {
      title: 'passes over broken ones',
      files: { '/app/package.json': '{"name": ', '/package.json': 'null' },
      name: 'unknown_service:node',
    },
    {
      title: 'passes over a name that is no text',
      files: { '/app/package.json': '{"name": {"toString": 1}}', '/package.json': '{"name": ""}' },
      name: 'unknown_service:node',
    },
    {
      title: "is the application's where the script is a runner's",
      files: { '/app/package.json': '{"name": "app"}', '/srv/node_modules/next/package.json': '{"name": "next"}' },
      overrides: { mainScript: '/srv/node_modules/next/dist/bin/next' },
      name: 'app',
    },
    {
      title: 'is looked for where the process was started, without a script',
      files: { '/app/package.json': '{"name": "app"}' },
      overrides: { mainScript: undefined },
      name: 'app',
    },
  ];

  for (const { title, files: found, overrides, name } of packages) {
    it(title, () => {
      expect(resourceOf({}, {}, fakeSurroundings(found, overrides))).to.include({ 'service.name': name });
    });
  }

  it('comes with the version of the same package.json, unless another is given', () => {
    const surroundings = fakeSurroundings(files);
    const environment = { OTEL_RESOURCE_ATTRIBUTES: 'service.version=2' };

    expect(resourceOf({}, {}, surroundings)).to.include({ 'service.version': '1.2.3' });
    expect(resourceOf({}, environment, surroundings)).to.include({ 'service.version': '2' });
    expect(resourceOf({ serviceVersion: '3' }, environment, surroundings)).to.include({ 'service.version': '3' });
  });

  it('is not taken from an empty attribute', () => {
    const environment = { OTEL_RESOURCE_ATTRIBUTES: 'service.name=' };

    expect(resourceOf({}, environment)).to.include({ 'service.name': 'unknown_service:node' });
  });
});

describe('service instance', () => {
  const pod = fakeSurroundings({ '/proc/self/mountinfo': mountInfo });

  it('is a random UUID outside of a cluster', () => {
    const broken = fakeSurroundings({ '/proc/self/mountinfo': '1 2 0:1 / /etc/hosts rw' });

    expect(resourceOf({}, {}, broken)['service.instance.id']).to.equal('00000000-0000-4000-8000-000000000000');
  });

  it('is a different one for each process', () => {
    const ids = [1, 2].map(() => resourceOf({}, {}, processSurroundings())['service.instance.id']);

    expect(ids[0]).to.match(/^[0-9a-f-]{36}$/);
    expect(ids[0]).to.not.equal(ids[1]);
  });

  it("is the pod's UID, as its mounts tell", () => {
    expect(resourceOf({}, {}, pod)['service.instance.id']).to.equal(podUid);
  });

  it("is the pod's UID of the attributes before that of the mounts, and of POD_UID before both", () => {
    const attributes = { OTEL_RESOURCE_ATTRIBUTES: 'k8s.pod.uid=from-attributes' };

    expect(resourceOf({}, attributes, pod)['service.instance.id']).to.equal('from-attributes');
    expect(resourceOf({}, { ...attributes, POD_UID: 'from-variable' }, pod)['service.instance.id']).to.equal(
      'from-variable',
    );
  });

  it('tells the workers of one pod apart', () => {
    const worker = { ...pod, clusterWorkerId: 3 };

    expect(resourceOf({}, {}, worker)['service.instance.id']).to.equal(`${podUid}/3`);
  });

  it('is what code or a variable says, untouched', () => {
    const environment = { OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=a' };
    const worker = { ...pod, clusterWorkerId: 3 };

    expect(resourceOf({}, environment, worker)['service.instance.id']).to.equal('a');
    expect(
      resourceOf({ resourceAttributes: { 'service.instance.id': 'b' } }, environment, worker)['service.instance.id'],
    ).to.equal('b');
  });

  it('knows the id of a real cluster worker', async () => {
    const child = fork(fileURLToPath(new URL('./fixtures/cluster-worker.ts', import.meta.url)), { execArgv: [] });
    const [message] = (await once(child, 'message')) as [unknown];
    await once(child, 'exit');

    expect(message).to.deep.equal({ primary: null, workers: [1, 2] });
  });
});

describe('resource attributes', () => {
  it('are those of code before those of the variable before what is found', () => {
    const environment = { OTEL_RESOURCE_ATTRIBUTES: 'host.name=b, deployment.environment.name = prod ,team=x' };
    const attributes = resourceOf({ resourceAttributes: { team: 'y', replicas: 3, canary: false } }, environment);

    expect(attributes).to.include({
      'host.name': 'b',
      'deployment.environment.name': 'prod',
      team: 'y',
      replicas: 3,
      canary: false,
      'process.pid': 4711,
    });
  });

  it('leave to us who made the telemetry', () => {
    const attributes = resourceOf({ resourceAttributes: { 'telemetry.distro.name': 'x' } });

    expect(attributes).to.include({ 'telemetry.distro.name': '@inferometer/observability' });
  });

  it('are percent-decoded', () => {
    const environment = { OTEL_RESOURCE_ATTRIBUTES: 'a%2Cb=c%3Dd%20%C3%BC,empty=,,' };

    expect(resourceOf({}, environment)).to.include({ 'a,b': 'c=d ü', empty: '' });
  });

  for (const [entry, list] of Object.entries({
    team: 'host.name=b,team',
    '=x': 'host.name=b, =x',
    'a=b=c': 'a=b=c,host.name=b',
    'a=%ZZ': 'host.name=b,a=%ZZ',
    '%E0%A4%A=a': '%E0%A4%A=a',
  })) {
    it(`are all ignored, with a warning, for the entry ${entry}`, () => {
      const attributes = resourceOf({}, { OTEL_RESOURCE_ATTRIBUTES: list });

      expect(attributes).to.include({ 'host.name': 'host-1' });
      expect(attributes.warnings).to.deep.equal([
        `OTEL_RESOURCE_ATTRIBUTES must be a list of name=value, percent-encoded, with commas between, received "${entry}"; ignoring all of it.`,
      ]);
    });
  }
});
