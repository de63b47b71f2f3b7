import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benches, ROWS_TO_COME } from './benches.ts';
import { FIELD_NUMBERS, type FieldNumber } from './field-numbers.ts';
import { limitOf } from './limits.ts';
import { figure } from './report/figures.ts';
import { machineLines, summaryTable } from './report/results-markdown.ts';
import { table } from './report/table.ts';
import { type ResultRow, type Results, readResults } from './results-file.ts';

const RESULTS = 'bench/results';
const PAGE = 'docs/performance.md';

/** Writes the page from the newest results; its path. */
export function writePage(): string {
  const newest = readdirSync(RESULTS)
    .filter((name) => /^\d{4}-\d\d-\d\d.*\.json$/.test(name))
    .sort()
    .at(-1);
  if (newest === undefined)
    throw new Error(`${RESULTS} holds no results: npm run bench -- --json ${RESULTS}/DATE.json`);
  writeFileSync(PAGE, pageOf(readResults(join(RESULTS, newest)), newest));
  return PAGE;
}

function pageOf(results: Results, jsonName: string): string {
  const readable = `../${RESULTS}/${jsonName.replace(/json$/, 'md')}`;
  return [
    '# Performance',
    '',
    '<!-- Written by `npm run bench -- --page` from bench/results: change bench/write-page.ts, not this file. -->',
    '',
    `What Sandglass reached on ${results.date}, beside what it must reach and beside a baseline of the same run. The page of that run,`,
    `with conditions, stages and every percentile: [${readable.slice(3)}](${readable}); all samples: [${jsonName}](../${RESULTS}/${jsonName}).`,
    'Measure it yourself: `npm run bench`, with `-- --json FILE` to keep it and `-- --check` to fail when a bar is missed.',
    '',
    ...machineLines(results),
    '',
    '## Ours, beside the bars',
    '',
    ...summaryTable(results.rows),
    '',
    ...howToRead(),
    '',
    '## Bars that were missed',
    '',
    ...missedBars(results.rows),
    '',
    '## The field',
    '',
    'What others published. Machines, images and the things timed differ, none of it was measured here, and no line is a',
    'comparison; it says which order of magnitude a reader will have in mind. Beside each stands our row that asks the nearest question.',
    '',
    ...table(
      ['who', 'number', 'conditions', 'our nearest row'],
      FIELD_NUMBERS.map((number) => fieldCells(number, results.rows)),
    ),
    '',
    '## Not in this run',
    '',
    ...notInRun(results.rows),
    '',
  ].join('\n');
}

/** What there is to be measured now, and what has a bar and no part yet: the run may be older than both. */
function notInRun(rows: readonly ResultRow[]): readonly string[] {
  const measured = new Set(rows.map(({ row }) => row));
  const missing = benches.flatMap((bench) => bench.rows).filter((row) => !measured.has(row));
  const lines = [`- Comes with the part that it measures: ${ROWS_TO_COME.join('; ')}.`];
  if (missing.length === 0) return lines;
  return [`- Measured by \`npm run bench\` since, and not on this page yet: ${missing.join('; ')}.`, ...lines];
}

/** Each with its profile, what was tried and the limit, or with the word that nobody has looked yet. */
function missedBars(rows: readonly ResultRow[]): readonly string[] {
  const missed = rows.filter(({ verdict }) => verdict === 'FAIL');
  if (missed.length === 0) return ['None.'];
  return missed.flatMap(({ row }) => {
    const known = limitOf(row);
    if (known === undefined) return [`- **${row}**: not looked into yet.`];
    return [
      `- **${row}**`,
      `  - Profile: ${known.profile}.`,
      `  - Tried: ${known.tried}.`,
      `  - Limit: ${known.limit}.`,
    ];
  });
}

function howToRead(): readonly string[] {
  return [
    '- **cold create, restart**: the engine does most of the work, and its own time is no merit or fault of ours. Judged is what the service',
    '  adds: ours minus the same container by the engine alone until the same agent in it answers. One raw and one of ours alternate,',
    '  so that noise hits both.',
    '- **warm create, burst**: the pool of the conditions is full and idle when the creates begin, every slot has rehearsed a run, and each',
    '  create is checked to have come from the pool, or counted as a miss. The baseline is `docker run -d` by its command line.',
    '- **share of a claim**: what a claim costs in this process with each of the three, less what it costs without, held against a claim of',
    '  the whole service in the same run.',
    '- **lifecycle decide + commit, due scan**: in one process, on a SQLite file as the service opens it.',
    '- **boot, exit, RSS**: the built service with its default settings; the baseline is the same service with an empty database.',
    '- A failure is counted, printed, and fails its row. Every iteration checks that what it timed did succeed.',
  ];
}

function fieldCells({ who, number, conditions, nearest }: FieldNumber, rows: readonly ResultRow[]): readonly string[] {
  return [who, number, conditions, nearest.length === 0 ? 'to come' : oursOf(nearest, rows)];
}

function oursOf(nearest: readonly string[], rows: readonly ResultRow[]): string {
  const texts = rows
    .filter(({ row }) => nearest.some((beginning) => row.startsWith(beginning)))
    .map(({ row, measured }) => {
      const p50 = measured === null ? '-' : `${figure(measured.ours.summary.p50)} ${measured.ours.unit}`;
      const raw = measured?.baseline ? `, the engine alone ${figure(measured.baseline.summary.p50)}` : '';
      return `${row}: p50 ${p50}${raw}`;
    });
  return texts.length === 0 ? 'not measured' : texts.join('; ');
}
