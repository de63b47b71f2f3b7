import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { errorMessage } from '../src/domain/errors.ts';
import { type BenchArguments, readArguments, USAGE } from './arguments.ts';
import { benches, ROWS_TO_COME } from './benches.ts';
import { endingOnSignals } from './ending.ts';
import { machineFacts } from './machine-facts.ts';
import { resultsMarkdown } from './report/results-markdown.ts';
import { machineText, rowText } from './report/row-text.ts';
import { type Results, writeResults } from './results-file.ts';
import { runBenches } from './run-benches.ts';
import { writePage } from './write-page.ts';

const say = (line: string) => void process.stderr.write(`${line}\n`);
const print = (line: string) => void process.stdout.write(`${line}\n`);

async function main(): Promise<number> {
  const given = readArguments(process.argv.slice(2));
  if (given.isHelp) {
    print(USAGE);
    return 0;
  }
  if (given.isPage) {
    print(`wrote ${writePage()}`);
    return 0;
  }
  const results = await measure(given);
  if (given.jsonFile !== undefined) keep(given.jsonFile, results);
  const bad = results.rows.filter(({ verdict }) => verdict === 'FAIL' || verdict === 'not measured');
  print(`\n${results.rows.length - bad.length} of ${results.rows.length} rows as they must be.`);
  print(`Rows that come with later parts: ${ROWS_TO_COME.join('; ')}.`);
  return given.isCheck && bad.length > 0 ? 1 : 0;
}

async function measure({ isQuick, only }: BenchArguments): Promise<Results> {
  const isWanted = (row: string) => only.length === 0 || only.some((name) => row.includes(name));
  if (!benches.some(({ rows }) => rows.some(isWanted))) {
    const names = benches.flatMap(({ rows }) => rows).join('\n  ');
    throw new Error(`no row has "${only.join('" or "')}" in its name. The rows are:\n  ${names}`);
  }
  const machine = await machineFacts();
  print(machineText(machine));
  const setup = { isQuick, ending: endingOnSignals(), say };
  const rows = await runBenches(benches, isWanted, setup, (row) => print(rowText(row)));
  const date = new Date().toISOString().slice(0, 10);
  return { format: 1, date, isQuick, machine, rows: [...rows], rowsToCome: [...ROWS_TO_COME] };
}

function keep(file: string, results: Results): void {
  writeResults(file, results);
  const page = file.replace(/(\.json)?$/, '.md');
  writeFileSync(page, resultsMarkdown(results, basename(file)));
  say(`wrote ${file} and ${page}`);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${errorMessage(error)}\n`);
    process.exit(1);
  },
);
