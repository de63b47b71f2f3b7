import { AREAS, type Row } from './cell.ts';
import type { Report } from './report.ts';

/** One markdown table: a row for each area of each runtime, one for a runtime that the engine lacks. */
export function markdown(report: Report): string {
  const head = [
    ['Runtime', 'Area', 'Result', 'Measured'],
    ['---', '---', '---', '---'],
  ];
  return [...head, ...report.rows.flatMap(lines)].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function lines(row: Row): readonly (readonly string[])[] {
  const runtime = escaped(row.runtime);
  if (!row.present) return [[runtime, 'all', 'absent', 'the engine has no such runtime']];
  return AREAS.map((area) => {
    const { outcome, value } = row.cells[area];
    return [runtime, area, outcome === 'failed' ? '**failed**' : outcome, escaped(value)];
  });
}

/** So that it stays in its cell, and is shown as it is. */
export function escaped(text: string): string {
  return text
    .replace(/\\/g, '\\\\')
    .replace(/[|`*_<[\]~]/g, '\\$&')
    .replace(/\s*[\r\n]+\s*/g, ' ');
}

/** Two spaces, keys sorted: two runs can be compared by text. */
export function json(report: Report): string {
  return JSON.stringify(sorted(report), null, 2);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  );
}
