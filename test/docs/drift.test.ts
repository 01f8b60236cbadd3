import { createDriftEngine, DriftConfigurationError } from '@inferometer/drift-metrics';
import { expect } from 'chai';
import { transform } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { changePicture } from '../../packages/drift-metrics/simulations/pictures/change-picture.ts';
import { dayPicture } from '../../packages/drift-metrics/simulations/pictures/day-picture.ts';
import { delayPicture } from '../../packages/drift-metrics/simulations/pictures/delay-picture.ts';
import { falseAlarmPicture } from '../../packages/drift-metrics/simulations/pictures/false-alarm-picture.ts';
import { thresholdPicture } from '../../packages/drift-metrics/simulations/pictures/threshold-picture.ts';
import { tableRows } from '../../packages/drift-metrics/simulations/resumed-table.ts';
import { runProgram } from '../support/child-process.ts';

const COMMAND = new URL('../../packages/observability/src/command/inferometer.ts', import.meta.url);
const PROGRAM = new URL('./.drift-program.mjs', import.meta.url);
const DOCS = new URL('../../docs/', import.meta.url);
const RESULTS = new URL('../../packages/drift-metrics/simulations/results/', import.meta.url);

const page = readFileSync(new URL('drift.md', DOCS), 'utf8');

describe('docs/drift.md', () => {
  const pictures = {
    'drift-change': changePicture,
    'drift-day': dayPicture,
    'drift-delays': delayPicture,
    'drift-false-alarms': falseAlarmPicture,
    'drift-thresholds': thresholdPicture,
  };
  for (const [name, draw] of Object.entries(pictures)) {
    it(`shows the picture ${name} as the results and the engine give it`, () => {
      expect(page).to.contain(`](images/${name}.svg)`);
      const committed = readFileSync(new URL(`images/${name}.svg`, DOCS), 'utf8');
      expect(committed === draw(), 'npm run simulate:pictures -w @inferometer/drift-metrics').to.equal(true);
    });
  }

  it('shows a command and code that run, one after the other', async function () {
    this.timeout(30_000);
    const folder = mkdtempSync(join(tmpdir(), 'inferometer-test-'));
    const [, command = ''] = /```sh\nnpx -p @inferometer\/observability inferometer (profile .*?)```/s.exec(page) ?? [];
    const [, line = ''] = /`(\{"predictedClass".*?\})`/.exec(page) ?? [];
    const [, code = ''] = /```ts\n(.*?)```/s.exec(page) ?? [];
    try {
      writeFileSync(join(folder, 'predictions.jsonl'), `${line}\n`.repeat(600));
      const args = command.replaceAll('\\\n', ' ').trim().split(/\s+/);
      const profile = await runProgram(COMMAND, { args, workingDirectory: pathToFileURL(`${folder}/`) });
      expect(profile).to.include({ code: 0, errors: '' });
      // Beside this file, so that the package is found by its name as a user's program finds it.
      const { code: script } = await transform(code, { loader: 'ts', target: 'es2023', format: 'esm' });
      // The reference is loaded beside the start, which does not wait for it.
      const untilLoaded =
        "let text = ''; while (!text.includes('drift_reference_samples')) text = await observability.metricsText();";
      writeFileSync(PROGRAM, `${script}\nawait observability.ready;\n${untilLoaded}\nconsole.log(text);`);
      const environment = { OTEL_EXPORTER_PROMETHEUS_PORT: '0' };
      const end = await runProgram(PROGRAM, { environment, workingDirectory: pathToFileURL(`${folder}/`) });
      expect(end).to.include({ code: 0, errors: '' });
      expect(end.output).to.contain('drift_reference_loaded{model_type="document"} 1');
      expect(end.output).to.contain('drift_reference_samples{model_type="document",signal="class"} 600');
    } finally {
      rmSync(folder, { recursive: true });
      rmSync(PROGRAM, { force: true });
    }
  });

  it('has the delays of the simulation in its table', () => {
    const results = resultRows('delays.md').filter(
      ([, events, threshold]) => events === '100' && threshold === '43200',
    );
    const rows = tableAfter('| reference | tolerance |');
    expect(rows).to.have.length(results.length);
    for (const [samples, , , tolerance, , ...delays] of results) {
      const row = rows.find(([name, tolerated]) => name?.replace(',', '') === samples && tolerated === tolerance);
      expect(row?.slice(2).map(delayOf), `${samples} ${tolerance}`).to.deep.equal(delays.map(delayOf));
    }
  });

  it('has the delays of the other detectors in its table', () => {
    const results = resultRows('peers.md');
    const rows = tableAfter('| detector ');
    expect(rows).to.have.length(results.length);
    for (const [index, [, , , ...figures]] of results.entries()) {
      expect(rows[index]?.slice(1).map(plain)).to.deep.equal(figures.map(plain));
    }
  });

  it('says of false alarms what was measured', () => {
    const lowest = (file: string): number => Math.min(...resultRows(file).map((row) => panesOf(row.at(-2))));
    const strict = lowest('false-alarms.md').toLocaleString('en');
    const tolerant = lowest('false-alarms-at-tolerance.md').toLocaleString('en');
    expect(page).to.contain(
      `is ${strict} panes without a tolerance and ${tolerant} with one, where 100 were asked for`,
    );
    const fromRows = resultRows('false-alarms-from-rows.md');
    const byDefault = fromRows.filter(([judgement]) => judgement === 'the defaults');
    const runs = byDefault.reduce((sum, [, , , , each]) => sum + Number(each), 0);
    const alarms = byDefault.reduce(
      (sum, row) => sum + (Number(row[4]) * Number.parseFloat(row.at(-1) ?? '')) / 100,
      0,
    );
    expect(fromRows).to.have.length(2 * byDefault.length);
    expect(page).to.contain(`the lowest is ${lowest('false-alarms-from-rows.md')} panes by evidence alone`);
    expect(page).to.contain(`${alarms} of ${runs.toLocaleString('en')} runs of 400 panes raised an alert`);
  });

  it('names options that there are', () => {
    const names = tableAfter('| option ').flatMap(([cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(names).to.have.length.above(7);
    for (const name of names) {
      // Each is checked, so each refuses what is none of its values.
      expect(() => createDriftEngine([], { [name ?? '']: 'wrong' }), name).to.throw(DriftConfigurationError, name);
    }
  });
});

function resultRows(file: string): string[][] {
  return tableRows(readFileSync(new URL(file, RESULTS), 'utf8'));
}

/** Panes to a false alarm; infinity where there was none. */
function panesOf(cell = ''): number {
  return cell.startsWith('more') ? Infinity : Number(cell);
}

/** Cells of the table whose head begins like this. */
function tableAfter(head: string): string[][] {
  const start = page.indexOf(head);
  expect(start, head).to.be.greaterThan(-1);
  return tableRows(page.slice(start).split('\n\n')[0] ?? '');
}

/** A delay, or that most runs did not see it. */
function delayOf(cell: string): string {
  const [, missed = '0'] = /(\d+)%/.exec(cell) ?? [];
  return cell === 'not seen' || Number(missed) > 50 ? 'not seen' : plain(cell);
}

function plain(cell: string): string {
  return cell.replaceAll(/[,*]| events?| \(0% [a-z ]+\)/g, '').trim();
}
