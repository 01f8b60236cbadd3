import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { resumedTable, tableRows } from '../../../packages/drift-metrics/simulations/resumed-table.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('A table of results', () => {
  const pathOf = temporaryFolder();

  it('does again only what has too few runs', () => {
    const file = pathToFileURL(pathOf('results.md'));
    const done: string[] = [];
    const run = (name: string, runs: number): void => {
      const table = resumedTable(file, 'What was measured.', ['name', 'runs', 'result'], () => {});
      table.add([name], runs, () => {
        done.push(`${name} ${runs}`);
        return [`of ${runs}`];
      });
    };
    run('first', 5);
    run('second', 5);
    run('first', 5);
    run('first', 10);
    run('second', 1);
    expect(done).to.deep.equal(['first 5', 'second 5', 'first 10']);
    expect(tableRows(readFileSync(file, 'utf8'))).to.deep.equal([
      ['first', '10', 'of 10'],
      ['second', '5', 'of 5'],
    ]);
  });
});
