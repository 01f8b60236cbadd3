import { copyFile, cp, mkdir, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTool } from '../../packages/run-tool.ts';
import type { Instruction, Stage } from './dockerfile.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * Does what a Dockerfile says, with folders in place of images and the Node.js of the test in place of theirs.
 *
 * @param inContext whether a file of the repository, by its path in there, is sent to the builder
 * @returns the folder that stands for `/` of the last stage
 * @throws Error with the output of a command that failed
 */
export async function buildWithoutEngine(
  stages: readonly Stage[],
  inContext: (path: string) => boolean,
  folder: string,
): Promise<string> {
  const context = join(folder, 'context');
  await sendContext(inContext, context);
  const workingDirectories = new Map<string, string>();
  let root = folder;
  for (const stage of stages) {
    root = join(folder, stage.name);
    const inherited = workingDirectories.get(stage.image);
    if (inherited === undefined) {
      await mkdir(root);
    } else {
      await cp(join(folder, stage.image), root, { recursive: true, verbatimSymlinks: true });
    }
    let workingDirectory = join(root, inherited ?? '');
    for (const instruction of stage.instructions) {
      switch (instruction.name) {
        case 'WORKDIR':
          workingDirectory = join(root, instruction.text);
          workingDirectories.set(stage.name, instruction.text);
          await mkdir(workingDirectory, { recursive: true });
          break;
        case 'COPY':
          await copy(instruction, { folder, context, workingDirectory });
          break;
        case 'RUN':
          await runCommand(instruction.text, workingDirectory);
          break;
      }
    }
  }
  return root;
}

async function sendContext(inContext: (path: string) => boolean, to: string): Promise<void> {
  // One entry at a time: the folder with all the packages is not even looked into.
  for (const name of await readdir(REPOSITORY)) {
    if (name !== 'node_modules' && name !== '.git') {
      await cp(join(REPOSITORY, name), join(to, name), {
        recursive: true,
        filter: async (path) =>
          (await stat(path)).isDirectory() ? basename(path) !== 'node_modules' : inContext(relative(REPOSITORY, path)),
      });
    }
  }
}

async function copy(
  { flags, text }: Instruction,
  where: { readonly folder: string; readonly context: string; readonly workingDirectory: string },
): Promise<void> {
  const words = text.split(' ');
  const target = words.at(-1)!;
  const from = flags['from'] === undefined ? where.context : join(where.folder, flags['from']);
  for (const word of words.slice(0, -1)) {
    const source = join(from, word);
    const destination = join(where.workingDirectory, target);
    if ((await stat(source)).isDirectory()) {
      // What is in the folder, and not the folder.
      await cp(source, destination, { recursive: true, verbatimSymlinks: true });
    } else {
      const file = target.endsWith('/') ? join(destination, basename(word)) : destination;
      await mkdir(dirname(file), { recursive: true });
      await copyFile(source, file);
    }
  }
}

async function runCommand(command: string, workingDirectory: string): Promise<void> {
  // What npm has in its cache will do: only what was never fetched is asked for.
  const { code, output, errors } = await runTool('sh', ['-c', command], workingDirectory, {
    npm_config_prefer_offline: 'true',
    // The environment of a test that `npm run` started would install for this repository.
    npm_config_omit: undefined,
    NODE_ENV: undefined,
  });
  if (code !== 0) {
    throw new Error(`RUN ${command} ended with ${code}\n${output}\n${errors}`);
  }
}
