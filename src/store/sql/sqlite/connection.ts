import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';
import * as schema from './schema.ts';

export type SqliteDatabase = BetterSQLite3Database<typeof schema>;

export interface SqliteConnection {
  readonly db: SqliteDatabase;
  /** A round trip through the file; throws when it cannot be read. */
  ping(): void;
  close(): void;
}

export interface SqliteOptions {
  /** A file, or `:memory:`. */
  readonly path: string;
  readonly migrationsFolder: string;
  /** NORMAL survives the end of the process, FULL the loss of power as well. */
  readonly synchronous?: 'NORMAL' | 'FULL';
}

/** Opens the database in WAL mode and brings it to the present schema. */
export function openSqlite({ path, migrationsFolder, synchronous = 'NORMAL' }: SqliteOptions): SqliteConnection {
  if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = new Database(path);
  file.pragma('journal_mode = WAL');
  file.pragma(`synchronous = ${synchronous}`);
  file.pragma('busy_timeout = 2000');
  file.pragma('foreign_keys = ON');
  const db = drizzle(file, { schema });
  migrate(db, { migrationsFolder });
  const probe = file.prepare('select count(*) from installation');
  return {
    db,
    ping: () => void probe.get(),
    close: () => void file.close(),
  };
}
