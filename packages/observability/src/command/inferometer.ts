#!/usr/bin/env node
import { unsupportedRuntime } from '../runtime-support.ts';

const unsupported = unsupportedRuntime();
if (unsupported === undefined) {
  const { runCommand } = await import('./run-command.ts');
  process.exitCode = await runCommand(process.argv.slice(2));
} else {
  process.stderr.write(`inferometer: ${unsupported}.\n`);
  process.exitCode = 1;
}
