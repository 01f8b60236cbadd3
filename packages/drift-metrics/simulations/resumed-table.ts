import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** A table of results in a file of Markdown, which is also the memory of what is done already. */
export interface ResumedTable {
  /**
   * Adds the row with these first cells, or makes it anew where the file has it of fewer runs. It is written at once.
   *
   * @param work gives the cells that follow the number of runs
   */
  add(first: readonly string[], runs: number, work: () => readonly string[]): void;
}

/** @param columns those of the first cells, `runs`, and those of the results */
export function resumedTable(
  file: URL,
  title: string,
  columns: readonly string[],
  report: (line: string) => void = console.log,
): ResumedTable {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const rows = tableRows(text);
  const runsColumn = columns.indexOf('runs');
  const write = (): void => {
    const lines = [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`);
    writeFileSync(file, `${title}\n\n${lines.join('')}`);
  };
  return {
    add(first, runs, work) {
      const found = rows.findIndex((row) => first.every((cell, index) => row[index] === cell));
      if (Number(rows[found]?.[runsColumn] ?? 0) < runs) {
        const row = [...first, String(runs), ...work()];
        rows.splice(found === -1 ? rows.length : found, 1, row);
        write();
        report(`| ${row.join(' | ')} |`);
      }
    },
  };
}

/** The cells below the head of the only table of `markdown`. */
export function tableRows(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}
