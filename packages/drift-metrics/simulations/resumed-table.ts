import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** A table of results in a file of Markdown, which is also the memory of what is done already. */
export interface ResumedTable {
  /** Adds a row, unless the file has one with these first cells. It is written at once. */
  add(first: readonly string[], work: () => readonly string[]): void;
}

/** @param title what was measured and with which command; a file with another title is begun anew */
export function resumedTable(file: URL, title: string, columns: readonly string[]): ResumedTable {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const rows = text.startsWith(`${title}\n`) ? tableRows(text) : [];
  const write = (): void => {
    const lines = [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`);
    writeFileSync(file, `${title}\n\n${lines.join('')}`);
  };
  return {
    add(first, work) {
      const isDone = rows.some((row) => first.every((cell, index) => row[index] === cell));
      if (!isDone) {
        rows.push([...first, ...work()]);
        write();
        console.log(`| ${rows.at(-1)?.join(' | ')} |`);
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
