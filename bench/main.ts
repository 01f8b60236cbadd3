import { buildPackages } from './build-packages.ts';
import { parseCommandLine, type RunOptions } from './command-line.ts';
import { drawDocs } from './draw.ts';
import { describeMachine } from './measure/machine.ts';
import { machineText, resultText } from './report/print.ts';
import { createProgress } from './report/progress.ts';
import { keepResult } from './results.ts';
import { scenarios } from './scenarios.ts';

const scenarioNames = scenarios.map(({ name }) => name);
const command = parseCommandLine(process.argv.slice(2), scenarioNames);

switch (command.kind) {
  case 'help':
    process.stdout.write(command.text);
    break;
  case 'mistake':
    process.stderr.write(`${command.message}\nSee npm run bench -- --help\n`);
    process.exitCode = 2;
    break;
  case 'draw':
    drawDocs();
    break;
  case 'run':
    if (!command.options.build || buildPackages()) {
      await run(command.options);
    }
    break;
}

async function run({ only, effort, keep }: RunOptions): Promise<void> {
  const machine = describeMachine();
  process.stdout.write(`${machineText(machine)}\n`);
  const unmet: string[] = [];
  for (const scenario of scenarios.filter(({ name }) => only.includes(name))) {
    const progress = createProgress(scenario.name);
    const result = await scenario.run({ effort, nodeFlags: [], progress: progress.show });
    progress.clear();
    process.stdout.write(`\n${resultText(result)}\n`);
    unmet.push(...result.requirements.filter(({ met }) => !met).map(({ text }) => `${scenario.name}: ${text}`));
    if (keep) {
      const date = new Date().toISOString().slice(0, 10);
      keepResult({ ...result, machine, date, command: 'npm run bench' });
    }
  }
  if (keep) {
    drawDocs();
  }
  if (unmet.length > 0) {
    process.stdout.write(`\nNot met:\n${unmet.map((text) => `  ${text}\n`).join('')}`);
    process.exitCode = 1;
  }
}
