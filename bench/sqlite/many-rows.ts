import type Database from 'better-sqlite3';
import type { DeadlineName } from '../../src/domain/lifetime.ts';
import type { Sandbox } from '../../src/domain/sandbox.ts';
import { runningRow, START_MS, testRow } from '../../test/support/rows.ts';
import { bareRow, bareStatements } from './bare-rows.ts';

export const NOW_MS = START_MS;
export const DUE = 100;
const HOUR_MS = 3_600_000;
/** Room between the kinds, so that ids sort as they were made. */
const WIDTH = 7;

/** How many of a hundred sandboxes wait for each deadline. */
const SHARES: Readonly<Record<DeadlineName, number>> = {
  stopAt: 35,
  idleStopAt: 25,
  deleteAt: 25,
  pausedUntil: 10,
  startBy: 5,
};

/** Fills the file with `count` sandboxes: of each deadline exactly `DUE` have passed at NOW_MS, the rest lie ahead. */
export function fillWithSandboxes(file: Database.Database, count: number): void {
  const { insertRow } = bareStatements(file);
  file.transaction(() => {
    for (const [deadline, share] of Object.entries(SHARES)) {
      const ofKind = Math.round((count * share) / 100);
      for (let index = 0; index < ofKind; index += 1) {
        const id = idOf(deadline, index);
        // The due ones lie spread over the table, not at its beginning.
        const step = Math.floor(ofKind / DUE);
        const isDue = index % step === 0 && index / step < DUE;
        const atMs = isDue ? NOW_MS - (index + 1) : NOW_MS + HOUR_MS + index;
        insertRow.run(bareRow(waitingRow(deadline as DeadlineName, id, atMs))); // a key of SHARES
      }
    }
  })();
}

export function isIdOf(deadline: DeadlineName, id: string): boolean {
  return id.length === deadline.length + WIDTH && id.startsWith(deadline.toLowerCase());
}

function idOf(deadline: string, index: number): string {
  return `${deadline.toLowerCase()}${String(index).padStart(WIDTH, '0')}`;
}

function waitingRow(deadline: DeadlineName, id: string, atMs: number): Sandbox {
  switch (deadline) {
    case 'stopAt':
      return runningRow({ id, stopAtMs: atMs });
    case 'idleStopAt':
      return runningRow({ id, stopAtMs: null, idleStopAtMs: atMs });
    case 'pausedUntil':
      return runningRow({ id, state: 'paused', stopAtMs: null, pausedUntilMs: atMs });
    case 'deleteAt':
      return runningRow({ id, state: 'stopped', stopAtMs: null, deleteAtMs: atMs });
    case 'startBy':
      return testRow({ id, startByMs: atMs });
    default:
      return deadline satisfies never;
  }
}
