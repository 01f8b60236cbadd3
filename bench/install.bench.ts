import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { installedSize } from './measure/installed-size.ts';
import { median } from './measure/statistics.ts';
import { decimals, milliseconds } from './report/units.ts';
import type { Scenario, ScenarioContext } from './scenario.ts';

const OURS = '@inferometer/observability';

const PACKAGES = [OURS, '@opentelemetry/sdk-node', 'prom-client', '@prometheus-io/client'] as const;

const EFFORTS = { full: { rounds: 15 }, quick: { rounds: 5 }, tiny: { rounds: 1 } } as const;

export const install: Scenario = {
  name: 'install',
  title: 'What is installed, and what importing it takes',
  async run(context) {
    const { rounds } = EFFORTS[context.effort];
    const rows = PACKAGES.map((name) => {
      const { packages, bytes } = installedSize(name, import.meta.dirname);
      return { name, packages, bytes, importMs: [] as number[] };
    });
    for (const { name } of rows) {
      // Once for nothing: files come from the disk, afterwards from memory.
      await importOnce(name, context);
    }
    for (let round = 0; round < rounds; round++) {
      context.progress(`round ${round + 1} of ${rounds}`, round / rounds);
      for (const row of rows) {
        row.importMs.push(await importOnce(row.name, context));
      }
    }
    const ours = rows[0]!;
    const sdk = rows[1]!;
    return {
      scenario: install.name,
      title: install.title,
      explanation:
        'Files of a package and all that it depends on, and how long `import` of it takes in a fresh process, median. ' +
        'OpenTelemetry as its users install it, with `@opentelemetry/sdk-node`, which brings traces and logs too.',
      settings: { rounds },
      table: {
        columns: ['package', 'packages', 'size', 'import', 'fastest'],
        rows: rows.map(({ name, packages, bytes, importMs }) => [
          name,
          decimals(packages, 0),
          `${decimals(bytes / 2 ** 20, 1)} MiB`,
          milliseconds(median(importMs)),
          milliseconds(Math.min(...importMs)),
        ]),
      },
      measurements: rows.map(({ name, packages, bytes, importMs }) => ({
        library: name,
        values: { packages, bytes, importMs },
      })),
      requirements: [
        {
          text: 'less to install and less to import than @opentelemetry/sdk-node',
          measured:
            `${decimals(ours.bytes / 2 ** 20, 1)} and ${decimals(sdk.bytes / 2 ** 20, 1)} MiB, ` +
            `${milliseconds(median(ours.importMs))} and ${milliseconds(median(sdk.importMs))}`,
          met: ours.bytes < sdk.bytes && median(ours.importMs) < median(sdk.importMs),
        },
      ],
      chart: {
        title: 'Importing a package',
        subtitle: 'milliseconds in a fresh process, median; shorter is better',
        bars: rows.map(({ name, importMs }) => ({
          label: name,
          value: median(importMs),
          text: milliseconds(median(importMs)),
          highlighted: name === OURS,
        })),
      },
    };
  },
};

async function importOnce(name: string, context: ScenarioContext): Promise<number> {
  const script = `const start = performance.now(); await import('${name}'); process.stdout.write(String(performance.now() - start)); process.exit();`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...context.nodeFlags, '--input-type=module', '--eval', script],
    { cwd: import.meta.dirname },
  );
  return Number(stdout);
}
