import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as readText } from 'node:stream/consumers';

/**
 * Runs a checking tool (promtool, amtool, a collector) to its end.
 *
 * @param tool path of the tool, see `requireTool`
 * @throws Error with all that it said, where it found fault
 */
export async function runChecker(
  tool: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
): Promise<string> {
  const child = spawn(tool, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...environment } });
  const [output, errors, [exitCode]] = await Promise.all([
    readText(child.stdout),
    readText(child.stderr),
    once(child, 'close'),
  ]);
  if (exitCode !== 0) {
    throw new Error(`${tool} ${args.join(' ')} ended with ${String(exitCode)}:\n${output}${errors}`);
  }
  return output + errors;
}
