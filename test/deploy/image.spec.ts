// What the Dockerfile says, done for real but without a container engine: minutes on a busy machine, so that it is no
// part of `npm test`. npm run test:image
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, glob, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { cleanEnvironment } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { httpRequest } from '../support/http-request.ts';
import { requireTool } from '../support/required-tool.ts';
import { readBuildContext } from './support/build-context.ts';
import { buildWithoutEngine } from './support/build-without-engine.ts';
import { execForm, readDockerfile } from './support/dockerfile.ts';

const ROOT = new URL('../../', import.meta.url);
const stages = readDockerfile(new URL('deploy/Dockerfile', ROOT));
const image = stages.at(-1)!;
const [uid = 0, gid = 0] = instruction('USER').split(':').map(Number);

/** Two packages of the lock file are installed twice, and the packages are built. */
const BUILD_LIMIT_MS = 600_000;

/** The example gives itself 5 s; Kubernetes and Compose more. */
const STOP_LIMIT_MS = 8_000;

function instruction(name: string): string {
  return image.instructions.findLast((found) => found.name === name)!.text;
}

interface Container {
  readonly child: ChildProcess;
  /** All of standard error, once the process has ended. */
  readonly errors: Promise<string>;
  readonly url: string;
  readonly metricsUrl: string;
}

describe('the image of the example, built without a container engine', function () {
  this.timeout(60_000);
  let folder: string;
  let app: string;
  let node: string;
  const running = new Set<ChildProcess>();

  before(async function () {
    this.timeout(BUILD_LIMIT_MS);
    requireTool(this, 'npm');
    folder = await mkdtemp(join(tmpdir(), 'inferometer-image-'));
    // As in an image: others may read, and only root may write.
    await chmod(folder, 0o755);
    const root = await buildWithoutEngine(stages, readBuildContext(new URL('.dockerignore', ROOT)), folder);
    app = join(root, instruction('WORKDIR'));
    node = join(root, 'usr/local/bin/node');
    await mkdir(join(root, 'usr/local/bin'), { recursive: true });
    await copyFile(process.execPath, node);
  });

  afterEach(async () => {
    for (const child of running) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  after(() => rm(folder, { recursive: true, force: true }));

  /** Root, as in CI, becomes the user of the image; anybody else is no root already. */
  function asUser(): { readonly uid?: number; readonly gid?: number } {
    return process.getuid?.() === 0 ? { uid, gid } : {};
  }

  /** Starts what the image starts, on ports of its own. */
  async function start(wrapper: readonly string[] = [], user = asUser()): Promise<Container> {
    const [port, metricsPort] = await freePorts();
    const [, ...words] = execForm(instruction('ENTRYPOINT'));
    const ports = ['--port', String(port), '--metrics-port', String(metricsPort)];
    const [program = node, ...args] = [...wrapper, node, ...words, ...execForm(instruction('CMD')), ...ports];
    const child = spawn(program, args, {
      cwd: app,
      env: { ...withoutCi(cleanEnvironment()), ...imageEnvironment() },
      stdio: ['ignore', 'ignore', 'pipe'],
      ...user,
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    return {
      child,
      errors: text(child.stderr),
      url: `http://127.0.0.1:${port}`,
      metricsUrl: `http://127.0.0.1:${metricsPort}`,
    };
  }

  async function untilAnswered(url: string): Promise<void> {
    await eventually(
      async () => {
        expect((await httpRequest(url)).status).to.equal(200);
        return true;
      },
      { timeoutMs: 30_000 },
    );
  }

  it('has production dependencies alone, and of other systems no libraries', async () => {
    const { devDependencies } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const { dependencies } = JSON.parse(
      await readFile(new URL('examples/multimodal-api/package.json', ROOT), 'utf8'),
    ) as { dependencies: Record<string, string> };
    for (const name of ['typescript', 'mocha', 'oxlint', 'autocannon', 'esbuild', 'node']) {
      expect(devDependencies).to.have.property(name);
      expect(await exists(join(app, 'node_modules', name)), name).to.equal(false);
    }
    for (const name of Object.keys(dependencies)) {
      expect(await exists(join(app, 'node_modules', name)), name).to.equal(true);
    }
    const systems: string[] = [];
    for await (const path of glob('node_modules/onnxruntime-node/bin/*/*', { cwd: app })) {
      systems.push(path.split('/').at(-1)!);
    }
    expect(systems).to.deep.equal(['linux']);
  });

  it('serves as a user who is not root and can write nothing there, and is healthy by its own check', async () => {
    const container = await start();
    await untilAnswered(`${container.url}/healthz`);
    const answer = await fetch(`${container.url}/v1/documents`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ text: 'The goalkeeper saved a late penalty.' }),
    });
    expect(answer.status).to.equal(200);
    const metrics = await httpRequest(`${container.metricsUrl}/metrics`);
    expect(metrics.body).to.contain('inference_requests_total{model_type="document",status="success"} 1');
    expect(await checkHealth(container.metricsUrl)).to.deep.equal({ code: 0, errors: '' });
    if (asUser().uid !== undefined) {
      const status = await readFile(`/proc/${container.child.pid}/status`, 'utf8');
      expect(status).to.match(new RegExp(`^Uid:\\t${uid}\\t`, 'm'));
      expect((await stat(join(app, 'examples/multimodal-api/src/main.ts'))).uid).to.not.equal(uid);
    }
  });

  it('is not healthy where nothing answers', async () => {
    const [, unused] = await freePorts();
    expect(await checkHealth(`http://127.0.0.1:${unused}`)).to.deep.equal({ code: 1, errors: '' });
  });

  for (const [moment, isThere] of [
    ['while it serves', ({ url }: Container) => `${url}/healthz`],
    // It loads web framework and models then.
    ['as soon as its observer lives', ({ metricsUrl }: Container) => `${metricsUrl}/livez`],
  ] as const) {
    it(`ends in time of a SIGTERM ${moment}, as the first process of its container, and complains of nothing`, async function () {
      const unshare = requireTool(this, 'unshare');
      const isRoot = process.getuid?.() === 0;
      const asFirst = [unshare, ...(isRoot ? [] : ['--user', '--map-root-user']), '--pid', '--fork', '--kill-child'];
      const container = await start(asFirst, {});
      await untilAnswered(isThere(container));
      const first = await eventually(() => childOf(container.child.pid!));
      const sent = performance.now();
      process.kill(first, 'SIGTERM');
      const [code] = (await once(container.child, 'exit')) as [number | null];
      expect(performance.now() - sent).to.be.below(STOP_LIMIT_MS);
      expect({ code, errors: await container.errors }).to.deep.equal({ code: 0, errors: '' });
    });
  }

  async function checkHealth(metricsUrl: string): Promise<{ readonly code: number; readonly errors: string }> {
    const [, ...words] = execForm(instruction('HEALTHCHECK').replace(/^CMD /, ''));
    const args = words.map((word) => word.replace('http://127.0.0.1:9090', metricsUrl));
    const child = spawn(node, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit') as Promise<[number]>]);
    return { code, errors };
  }
});

/** The process that `unshare` started, by its number out here. */
async function childOf(pid: number): Promise<number | undefined> {
  const children = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim();
  return children === '' ? undefined : Number(children.split(' ')[0]);
}

/** What the image sets: `ENV NAME=value NAME=value`. */
function imageEnvironment(): NodeJS.ProcessEnv {
  const settings = image.instructions.filter(({ name }) => name === 'ENV').flatMap((found) => found.text.split(' '));
  return Object.fromEntries(settings.map((setting) => setting.split('=') as [string, string]));
}

/** Programs behave otherwise in CI, and no container has the variable. */
function withoutCi(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => name !== 'CI'));
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch {
    return false;
  }
}

/** The image has fixed ports, so that it is no use to ask it for any free ones: a health check would not know them. */
async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const ports: number[] = [];
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    ports.push((server.address() as AddressInfo).port);
  }
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports as [number, number];
}
