import type { Table } from '../scenario.ts';

/** A table for a terminal: the first column to the left, numbers to the right. */
export function textTable(table: Table): string {
  const widths = widthsOf(table);
  const line = (cells: readonly string[]): string => padded(cells, widths).join('   ').trimEnd();
  return [line(table.columns), widths.map((width) => '─'.repeat(width)).join('───'), ...table.rows.map(line)].join(
    '\n',
  );
}

/** The same for a page, as formatters of Markdown want it. */
export function markdownTable(table: Table): string {
  const widths = widthsOf(table).map((width) => Math.max(width, '--:'.length));
  const line = (cells: readonly string[]): string => `| ${padded(cells, widths).join(' | ')} |`;
  const rule = widths.map((width, place) => (place === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [line(table.columns), `| ${rule.join(' | ')} |`, ...table.rows.map(line)].join('\n');
}

function widthsOf({ columns, rows }: Table): number[] {
  return columns.map((column, place) => Math.max(column.length, ...rows.map((row) => row[place]!.length)));
}

function padded(cells: readonly string[], widths: readonly number[]): string[] {
  return cells.map((cell, place) => (place === 0 ? cell.padEnd(widths[place]!) : cell.padStart(widths[place]!)));
}
