import { rmSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { type DeadlineName, deadlineNames } from '../../src/domain/lifetime.ts';
import { quantile } from '../../src/observe/quantile.ts';
import type { SandboxStore } from '../../src/ports/sandbox-store.ts';
import { sqliteSandboxStore } from '../../src/store/sql/sqlite/sandbox-store.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import type { Measurement } from '../measurement.ts';
import { openBare, openBenchFile, scratchFolder } from '../sqlite/bench-file.ts';
import { DUE, fillWithSandboxes, isIdOf, NOW_MS } from '../sqlite/many-rows.ts';

const ROW = 'due scan over 100,000 rows with 100 due';
/** As the deadline scan asks for them. */
const PAGE = 200;

/** Finding what is due, as the lifetime scan does it four times a second; the slowest of the five deadlines is judged. */
export const dueScan: Bench = {
  rows: [ROW],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const count = setup.isQuick ? 10_000 : 100_000;
      const folder = scratchFolder();
      cleanUp(() => rmSync(folder, { recursive: true, force: true }));
      const file = openBenchFile(folder, 'due.sqlite');
      cleanUp(file.close);
      const bare = openBare(file.path);
      cleanUp(() => void bare.close());
      setup.say(`filling a database with ${count.toLocaleString('en')} sandboxes`);
      fillWithSandboxes(bare, count);
      return [await measure(setup, sqliteSandboxStore(file.connection), bare, count)];
    }),
};

async function measure(
  setup: BenchSetup,
  store: SandboxStore,
  bare: Database.Database,
  count: number,
): Promise<Measurement> {
  const repetitions = setup.isQuick ? 1 : 5;
  const perRepetition = setup.isQuick ? 2 : 40;
  const byDeadline = Object.fromEntries(deadlineNames.map((name) => [name, [] as number[]]));
  const fullScan: number[] = [];
  const scanAll = fullScanOf(bare);
  // The first repetition warms up.
  for (let repetition = 0; repetition <= repetitions; repetition += 1) {
    setup.ending.check();
    for (let index = 0; index < perRepetition; index += 1) {
      for (const deadline of deadlineNames) {
        const ms = await scanOnce(store, deadline);
        if (repetition > 0) byDeadline[deadline]?.push(ms);
      }
    }
    for (let index = 0; index < Math.max(1, perRepetition / 5); index += 1) {
      const ms = scanAll();
      if (repetition > 0) fullScan.push(ms);
    }
  }
  const slowest = slowestOf(byDeadline);
  return {
    row: ROW,
    timedFrom: 'the store is asked for what is due',
    timedTo: 'it has answered with the 100 ids, oldest deadline first',
    conditions: [
      `SQLite file of ${count.toLocaleString('en')} sandboxes, ${DUE} due of each of the five deadlines, in the page cache`,
      `${repetitions} repetitions of ${perRepetition} scans of each deadline after one to warm up; each answer checked`,
    ],
    concurrency: 1,
    ours: { what: `the slowest of the five: ${slowest.name}`, unit: 'ms', samples: slowest.samples, errors: [] },
    baseline: {
      what: 'the same answer for stopAt by a full scan, no index',
      unit: 'ms',
      samples: fullScan,
      errors: [],
    },
    stages: Object.fromEntries(Object.entries(byDeadline).map(([name, samples]) => [`ours: ${name}`, samples])),
    judged: {
      what: 'p99 of the slowest deadline',
      unit: 'ms',
      value: quantile(slowest.samples, 0.99),
      bar: { kind: 'at most', value: 10 },
    },
    notes: [],
  };
}

function slowestOf(byDeadline: Readonly<Record<string, readonly number[]>>) {
  const entries = Object.entries(byDeadline).map(([name, samples]) => ({ name, samples }));
  const [first, ...others] = entries;
  if (first === undefined) throw new Error('nothing was scanned');
  return others.reduce((a, b) => (quantile(b.samples, 0.5) > quantile(a.samples, 0.5) ? b : a), first);
}

async function scanOnce(store: SandboxStore, deadline: DeadlineName): Promise<number> {
  const beganMs = performance.now();
  const ids = await store.due(deadline, NOW_MS, PAGE, 0);
  const ms = performance.now() - beganMs;
  const isRight = ids.length === DUE && ids.every((id) => isIdOf(deadline, id));
  if (!isRight) throw new Error(`${deadline}: the scan found ${ids.length} sandboxes, not the ${DUE} that are due`);
  return ms;
}

function fullScanOf(file: Database.Database): () => number {
  const statement = file
    .prepare(
      "select id from sandboxes not indexed where stop_at_ms <= ? and state in ('running') order by stop_at_ms limit ?",
    )
    .pluck();
  return () => {
    const beganMs = performance.now();
    const ids = statement.all(NOW_MS, PAGE);
    const ms = performance.now() - beganMs;
    if (ids.length !== DUE) throw new Error(`the full scan found ${ids.length} sandboxes`);
    return ms;
  };
}
