/** A table whose source can be read too; what Markdown would take for a column or a tag is escaped. */
export function markdownTable(head, rows) {
  const cells = [head, ...rows].map((row) => row.map(escaped));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [first, ...rest] = cells;
  return [line(first), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...rest.map(line)].join('\n');
}

function escaped(cell) {
  const isCode = cell.startsWith('`') && cell.endsWith('`');
  return (isCode ? cell : cell.replaceAll('<', '&lt;')).replaceAll('|', '\\|');
}
