import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { dirname, delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from '../support/child-process.ts';

/** How a program ended and all that it wrote. */
export interface ToolEnd {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program of the PATH, or of the development tools of this repository, to its end. */
export async function runTool(
  program: string,
  args: readonly string[],
  folder: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<ToolEnd> {
  const env = { ...toolEnvironment(), ...environment };
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const { promise: code, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject).once('close', resolve);
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, output, errors };
}

/** Runs a script on the Node.js that runs the test, with no flag of ours. */
export function runNode(
  args: readonly string[],
  folder: string,
  environment: NodeJS.ProcessEnv = {},
): Promise<ToolEnd> {
  return runTool(process.execPath, args, folder, environment);
}

/** An environment in which `node` is the one that runs the test, and which says nothing of this repository to npm. */
export function toolEnvironment(): NodeJS.ProcessEnv {
  const { npm_config_local_prefix: _, PATH = '', ...environment } = cleanEnvironment();
  const tools = fileURLToPath(new URL('../../node_modules/.bin', import.meta.url));
  return { ...environment, PATH: [dirname(process.execPath), tools, PATH].join(delimiter) };
}
