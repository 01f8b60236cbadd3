/**
 * The cells of one CSV record by RFC 4180; undefined where a quote is not closed or something follows a closing quote.
 */
export function csvCells(record: string, separator: string): string[] | undefined {
  if (!record.includes('"')) {
    return record.split(separator);
  }
  const cells: string[] = [];
  let position = 0;
  for (;;) {
    let cell: string;
    if (record[position] === '"') {
      cell = '';
      let end = record.indexOf('"', position + 1);
      while (end !== -1 && record[end + 1] === '"') {
        cell += record.slice(position + 1, end + 1);
        position = end + 1;
        end = record.indexOf('"', position + 1);
      }
      if (end === -1) {
        return undefined;
      }
      cell += record.slice(position + 1, end);
      position = end + 1;
    } else {
      const end = record.indexOf(separator, position);
      cell = record.slice(position, end === -1 ? record.length : end);
      position += cell.length;
    }
    cells.push(cell);
    if (position >= record.length) {
      return cells;
    }
    if (record[position] !== separator) {
      return undefined;
    }
    position += 1;
  }
}
