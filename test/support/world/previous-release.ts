import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

export interface PreviousRelease {
  readonly serviceId: string;
  /** The container that its running sandbox has, and when the engine says that it was started. */
  readonly containerId: string;
  readonly startedAt: string;
}

/** The key of role `user` that its database knows; the admin key is the one of every test. */
export const PREVIOUS_USER_KEY = `e2b_${'6b'.repeat(20)}`;

/** Puts the database of release 0.1.0 into a data directory. */
export function leavePreviousRelease(dataDir: string, { serviceId, containerId, startedAt }: PreviousRelease): void {
  const dump = readFileSync(new URL('./release-0.1.0.sql', import.meta.url), 'utf8')
    .replaceAll('@SERVICE_ID@', serviceId)
    .replaceAll('@CONTAINER_ID@', containerId)
    .replaceAll('@STARTED_AT@', startedAt);
  mkdirSync(dataDir, { recursive: true });
  const database = new Database(join(dataDir, 'sandglass.sqlite'));
  try {
    database.exec(dump);
    database.pragma('journal_mode = WAL');
  } finally {
    database.close();
  }
}
