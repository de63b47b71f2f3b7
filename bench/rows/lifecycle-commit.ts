import { rmSync } from 'node:fs';
import { decide } from '../../src/domain/decide.ts';
import type { Sandbox } from '../../src/domain/sandbox.ts';
import { quantile } from '../../src/observe/quantile.ts';
import type { SandboxStore } from '../../src/ports/sandbox-store.ts';
import { sqliteSandboxStore } from '../../src/store/sql/sqlite/sandbox-store.ts';
import { START_MS, testPolicy } from '../../test/support/rows.ts';
import type { Bench, BenchSetup } from '../bench.ts';
import type { Measurement } from '../measurement.ts';
import { type BareCommits, bareCommits, type Commit } from '../sqlite/bare-commits.ts';
import { openBenchFile, scratchFolder } from '../sqlite/bench-file.ts';
import { nextEvent, seedRows } from '../sqlite/lifecycle-round.ts';

const ROW = 'lifecycle decide + commit';
const SANDBOXES = 200;

/** The pure decision and the guarded write of row and history in one transaction, on a SQLite file as the service opens it. */
export const lifecycleCommit: Bench = {
  rows: [ROW],
  run: (setup) =>
    setup.ending.around(async (cleanUp) => {
      const folder = scratchFolder();
      cleanUp(() => rmSync(folder, { recursive: true, force: true }));
      const file = openBenchFile(folder, 'ours.sqlite');
      cleanUp(file.close);
      const store = sqliteSandboxStore(file.connection);
      const rows = await seedRows(store, SANDBOXES);
      const bare = bareCommits(folder, rows);
      cleanUp(bare.close);
      return [await measure(setup, store, rows, bare)];
    }),
};

async function measure(
  setup: BenchSetup,
  store: SandboxStore,
  rows: Sandbox[],
  bare: BareCommits,
): Promise<Measurement> {
  const repetitions = setup.isQuick ? 1 : 6;
  const perRepetition = setup.isQuick ? SANDBOXES * 4 : 2_000;
  const taken = {
    ours: [] as number[],
    bare: [] as number[],
    find: [] as number[],
    decide: [] as number[],
    commit: [] as number[],
  };
  const rates: number[] = [];
  const bareRates: number[] = [];
  // The first repetition warms up.
  for (let repetition = 0; repetition <= repetitions; repetition += 1) {
    setup.ending.check();
    const ours = await transitions(store, rows, perRepetition);
    const bareMs = ours.commits.map((commit) => timed(bare.prepare(commit)));
    if (repetition === 0) continue;
    taken.find.push(...ours.findMs);
    taken.decide.push(...ours.decideMs);
    taken.commit.push(...ours.commitMs);
    const oursMs = ours.decideMs.map((ms, index) => ms + (ours.commitMs[index] ?? Number.NaN));
    taken.ours.push(...oursMs);
    taken.bare.push(...bareMs);
    rates.push(perSecond(oursMs));
    bareRates.push(perSecond(bareMs));
  }
  const [slowest, fastest] = [quantile(rates, 0), quantile(rates, 1)];
  return {
    row: ROW,
    timedFrom: 'row and event are in memory',
    timedTo: 'the transaction with the new row and its history entry is committed',
    conditions: [
      'SQLite file, WAL, synchronous NORMAL, all indexes',
      `${SANDBOXES} sandboxes go round stopped, pending, running, stopping, stopped`,
      `${repetitions} repetitions of ${perRepetition} after one to warm up; each transition checked to be accepted and written`,
    ],
    concurrency: 1,
    ours: { what: 'one transition', unit: 'ms', samples: taken.ours, errors: [] },
    baseline: {
      what: 'the same rows by better-sqlite3 alone: update and insert in one immediate transaction',
      unit: 'ms',
      samples: taken.bare,
      errors: [],
    },
    stages: { 'ours: find (not counted)': taken.find, 'ours: decide': taken.decide, 'ours: commit': taken.commit },
    judged: {
      what: 'transitions per second, median repetition',
      unit: 'transitions/s',
      value: quantile(rates, 0.5),
      bar: { kind: 'at least', value: 3_000 },
    },
    notes: [
      `transitions per second by repetition: ours ${whole(slowest)} to ${whole(fastest)}, bare SQLite ${whole(quantile(bareRates, 0))} to ${whole(quantile(bareRates, 1))}`,
    ],
  };
}

interface Repetition {
  readonly findMs: number[];
  readonly decideMs: number[];
  readonly commitMs: number[];
  readonly commits: Commit[];
}

async function transitions(store: SandboxStore, rows: Sandbox[], count: number): Promise<Repetition> {
  const done: Repetition = { findMs: [], decideMs: [], commitMs: [], commits: [] };
  for (let index = 0; index < count; index += 1) {
    const slot = index % rows.length;
    const lookedMs = performance.now();
    const row = await store.find(rows[slot]?.id ?? '');
    const foundMs = performance.now();
    if (row === undefined) throw new Error('there is no such row');
    const event = nextEvent(row);
    const beganMs = performance.now();
    const decision = decide(row, event, { atMs: START_MS + index, actor: 'key_1', policy: testPolicy });
    const decidedMs = performance.now();
    if (decision.outcome === 'refused') throw new Error(`${event.type} was refused in ${row.state}`);
    const { next, transition } = decision;
    const written = await store.replace({ next, expectedVersion: row.version, transition });
    const endedMs = performance.now();
    if (written.outcome !== 'replaced') throw new Error(`${event.type} was not written: ${written.outcome}`);
    done.findMs.push(foundMs - lookedMs);
    done.decideMs.push(decidedMs - beganMs);
    done.commitMs.push(endedMs - decidedMs);
    done.commits.push({ next, expectedVersion: row.version, transition });
    rows[slot] = next;
  }
  return done;
}

function timed(work: () => void): number {
  const beganMs = performance.now();
  work();
  return performance.now() - beganMs;
}

function perSecond(samplesMs: readonly number[]): number {
  return samplesMs.length / (samplesMs.reduce((sum, ms) => sum + ms, 0) / 1000);
}

function whole(value: number): string {
  return Math.round(value).toLocaleString('en');
}
