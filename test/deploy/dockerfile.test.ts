import { glob, readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { requireTool } from '../support/required-tool.ts';
import { runTool } from '../packages/run-tool.ts';
import { readBuildContext } from './support/build-context.ts';
import { execForm, type Instruction, readDockerfile } from './support/dockerfile.ts';

const ROOT = new URL('../../', import.meta.url);
const DOCKERFILE = new URL('deploy/Dockerfile', ROOT);

const stages = readDockerfile(DOCKERFILE);
const image = stages.at(-1)!;
const inContext = readBuildContext(new URL('.dockerignore', ROOT));

function last(name: string): Instruction {
  const found = image.instructions.findLast((instruction) => instruction.name === name);
  expect(found, name).to.not.equal(undefined);
  return found!;
}

describe('the image of the example', () => {
  it('is built on the Node.js of this repository, and on nothing else', async () => {
    const { devDependencies } = JSON.parse(await readFile(new URL('package.json', ROOT), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const own = new Set(stages.map(({ name }) => name));
    const foreign = stages.map(({ image: from }) => from).filter((from) => !own.has(from));
    expect(new Set(foreign)).to.deep.equal(new Set([`node:${devDependencies['node']}-trixie-slim`]));
  });

  it('runs as a user that Kubernetes can tell from root', () => {
    expect(last('USER').text).to.match(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('starts node without a shell, so that a signal reaches it', () => {
    expect(execForm(last('ENTRYPOINT').text)[0]).to.equal('node');
    expect(execForm(last('CMD').text)).to.deep.equal(['--no-replay']);
  });

  it('exposes the service and its metrics, and asks /livez for its health', () => {
    expect(last('EXPOSE').text).to.equal('8080 9090');
    expect(last('HEALTHCHECK').text).to.contain('http://127.0.0.1:9090/livez');
  });

  it('downloads nothing but packages of the lock file, and runs none of their scripts', () => {
    const commands = stages.flatMap(({ instructions }) => instructions.filter(({ name }) => name === 'RUN'));
    for (const { text } of commands) {
      expect(text).to.not.match(/curl|wget|apt-get|npm (?:i|install)\b|npx/);
    }
    const installs = commands.filter(({ text }) => text.includes('npm ci'));
    expect(installs).to.have.length(2);
    for (const { text } of installs) {
      expect(text).to.contain('--ignore-scripts');
    }
  });

  it('copies what is there and what .dockerignore lets through', async () => {
    const files = (await tracked()).filter(inContext);
    const copies = stages.flatMap(({ instructions }) =>
      instructions.filter(({ name, flags }) => name === 'COPY' && flags['from'] === undefined),
    );
    expect(copies).to.have.length.above(5);
    for (const { text } of copies) {
      for (const source of text.split(' ').slice(0, -1)) {
        expect(
          files.some((file) => file === source || file.startsWith(`${source}/`)),
          source,
        ).to.equal(true);
      }
    }
  });

  it('gets no secret, build output or installed package of this machine', () => {
    for (const path of [
      '.git/config',
      '.env',
      'node_modules/node/bin/node',
      'packages/observability/dist/index.js',
      'packages/observability/node_modules/a/index.js',
      'examples/multimodal-api/training/train.py',
      'shared/notes.md',
    ]) {
      expect(inContext(path), path).to.equal(false);
    }
    expect(inContext('packages/observability/src/index.ts')).to.equal(true);
    expect(inContext('.npmrc')).to.equal(true);
  });

  it('has the manifest of every package that the lock file links', async () => {
    const copied = stages[0]!.instructions.filter(({ name }) => name === 'COPY').map(({ text }) => text.split(' ')[0]);
    for await (const manifest of glob('packages/*/package.json', { cwd: fileURLToPath(ROOT) })) {
      expect(copied).to.include(manifest);
    }
  });

  it('is what hadolint has nothing against', async function () {
    const hadolint = requireTool(this, 'hadolint');
    const { code, output } = await runTool(hadolint, [fileURLToPath(DOCKERFILE)], '.');
    expect({ code, output }).to.deep.equal({ code: 0, output: '' });
  });
});

async function tracked(): Promise<string[]> {
  const files: string[] = [];
  const patterns = ['*', '.npmrc', 'packages/**', 'examples/**'];
  const entries = glob(patterns, {
    cwd: fileURLToPath(ROOT),
    withFileTypes: true,
    exclude: (entry) => entry.name === 'node_modules' || entry.name === 'dist',
  });
  for await (const entry of entries) {
    if (entry.isFile()) {
      files.push(`${entry.parentPath}/${entry.name}`.slice(fileURLToPath(ROOT).length));
    }
  }
  return files;
}
