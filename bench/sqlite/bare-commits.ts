import type { Sandbox, Transition } from '../../src/domain/sandbox.ts';
import { bareEvent, bareRow, bareStatements } from './bare-rows.ts';
import { openBare, openBenchFile } from './bench-file.ts';

export interface Commit {
  readonly next: Sandbox;
  readonly expectedVersion: number;
  readonly transition: Transition;
}

/** A prepared commit: what is bound is made outside of the timer. */
export interface BareCommits {
  prepare(commit: Commit): () => void;
  close(): void;
}

/** What a commit costs the database itself: a second file with the same rows, and no code of ours or drizzle's. */
export function bareCommits(folder: string, rows: readonly Sandbox[]): BareCommits {
  const schema = openBenchFile(folder, 'bare.sqlite');
  schema.close();
  const file = openBare(schema.path);
  const { insertRow, insertEvent, updateRow } = bareStatements(file);
  file.transaction(() => {
    for (const row of rows) insertRow.run(bareRow(row));
  })();
  const transaction = file.transaction((row: object, event: object) => {
    const { changes } = updateRow.run(row);
    if (changes !== 1) throw new Error('the baseline wrote no row');
    insertEvent.run(event);
  });
  return {
    prepare({ next, expectedVersion, transition }) {
      const row = { ...bareRow(next), expectedVersion };
      const event = bareEvent(transition);
      return () => transaction.immediate(row, event);
    },
    close: () => void file.close(),
  };
}
