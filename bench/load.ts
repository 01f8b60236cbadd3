import { compareLoad } from './load/compare-load.ts';
import { parseLoadCommand, type LoadOptions } from './load/load-command.ts';
import { loadText } from './load/load-text.ts';
import { describeMachine } from './measure/machine.ts';
import { buildPackages } from './build-packages.ts';
import { createProgress } from './report/progress.ts';

const command = parseLoadCommand(process.argv.slice(2));

switch (command.kind) {
  case 'help':
    process.stdout.write(command.text);
    break;
  case 'mistake':
    process.stderr.write(`${command.message}\nSee npm run load -- --help\n`);
    process.exitCode = 2;
    break;
  case 'run':
    if (!command.options.build || buildPackages()) {
      await run(command.options);
    }
    break;
}

async function run(options: LoadOptions): Promise<void> {
  const progress = createProgress('load');
  const comparison = await compareLoad({ ...options, nodeFlags: [], progress: progress.show });
  progress.clear();
  process.stdout.write(`${loadText(comparison, describeMachine())}\n`);
  if (comparison.failures.length > 0) {
    process.exitCode = 1;
  }
}
