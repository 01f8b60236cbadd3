import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text as readText } from 'node:stream/consumers';

/** What `promtool check metrics` exits with when it read the text and its linter has remarks. */
const LINT_REMARKS = 3;

/**
 * Has Prometheus's own parser read a body.
 *
 * @param promtool path of the tool, see `requireTool`
 * @throws Error with the parser's message; remarks of the linter are not looked at
 */
export async function checkWithPromtool(promtool: string, body: string): Promise<void> {
  const child = spawn(promtool, ['check', 'metrics'], { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.end(body);
  const [message, [exitCode]] = await Promise.all([readText(child.stderr), once(child, 'close')]);
  if (exitCode !== 0 && exitCode !== LINT_REMARKS) {
    throw new Error(`promtool refused the body: ${message}`);
  }
}
