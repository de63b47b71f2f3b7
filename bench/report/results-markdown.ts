import type { MeasuredRow, ResultRow, ResultSide, Results } from '../results-file.ts';
import { barText, errorLines, figure, judgedOf, judgedText, quantiles } from './figures.ts';
import { table } from './table.ts';

/** A run as a page to read; the samples are in the JSON file beside it. */
export function resultsMarkdown(results: Results, jsonName: string): string {
  const { date, isQuick, rows, rowsToCome } = results;
  return [
    `# Measured on ${date}`,
    '',
    `Made by \`npm run bench\`${isQuick ? ' in its quick form: a crash test, held against no bar' : ''}. All samples: [${jsonName}](${jsonName}).`,
    '',
    ...machineLines(results),
    '',
    ...summaryTable(rows),
    '',
    ...rows.flatMap(rowSection),
    `Rows that come with later parts: ${rowsToCome.join('; ')}.`,
    '',
  ].join('\n');
}

export function machineLines({ machine }: Results): readonly string[] {
  const { cpu, cores, memoryGib, os, kernel, node, engine, storageDriver, cgroup, commit, loadBefore } = machine;
  return [
    `- Machine: ${cpu}, ${cores} cores, ${memoryGib} GiB; ${os}, Linux ${kernel}; load average before the run ${figure(loadBefore)}`,
    `- Software: Node ${node}; ${engine}, storage driver ${storageDriver}, cgroup ${cgroup}; commit ${commit}`,
  ];
}

export function summaryTable(rows: readonly ResultRow[]): readonly string[] {
  const head = ['row', 'ours p50', 'baseline p50', 'ratio', 'judged', 'bar', 'verdict'];
  return table(
    head,
    rows.map(({ row, verdict, error, measured }) => {
      if (measured === null) return [row, '-', '-', '-', firstLine(error), '-', `**${verdict}**`];
      const { ours, baseline, ratio } = measured;
      const judged = judgedOf(measured);
      return [
        row,
        medianText(ours),
        baseline === null ? '-' : medianText(baseline),
        figure(ratio),
        judged.map(judgedText).join('; '),
        judged.map(barText).join('; '),
        verdict === 'FAIL' || verdict === 'not measured' ? `**${verdict}**` : verdict,
      ];
    }),
  );
}

function firstLine(text: string | null): string {
  return text?.split('\n')[0] ?? '';
}

function medianText({ summary, unit }: ResultSide): string {
  return `${figure(summary.p50)} ${unit}`;
}

function rowSection({ row, measured }: ResultRow): readonly string[] {
  if (measured === null) return [];
  const { timedFrom, timedTo, conditions, concurrency, notes, ours, baseline } = measured;
  return [
    `## ${row}`,
    '',
    `- Timed from: ${timedFrom}. To: ${timedTo}. ${concurrency} at a time.`,
    ...conditions.map((condition) => `- ${condition}`),
    ...notes.map((note) => `- ${note}`),
    ...[ours, ...(baseline === null ? [] : [baseline])].flatMap(errorLines).map((line) => `- error: ${line}`),
    '',
    ...figuresTable(measured),
    '',
  ];
}

function figuresTable({ ours, baseline, stages }: MeasuredRow): readonly string[] {
  const sides = [
    { name: `ours: ${ours.what}`, ...ours },
    ...(baseline === null ? [] : [{ name: `baseline: ${baseline.what}`, ...baseline }]),
  ];
  return table(
    ['', 'figures', 'errors'],
    [
      ...sides.map(({ name, summary, unit, errors }) => [name, `${quantiles(summary)} ${unit}`, String(errors.length)]),
      ...Object.entries(stages).map(([name, { summary }]) => [name, `${quantiles(summary)} ms`, '']),
    ],
  );
}
