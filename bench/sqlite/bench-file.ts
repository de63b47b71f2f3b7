import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { openSqlite, type SqliteConnection } from '../../src/store/sql/sqlite/connection.ts';

export interface BenchFile {
  readonly path: string;
  readonly connection: SqliteConnection;
  close(): void;
}

export function scratchFolder(): string {
  return mkdtempSync(join(tmpdir(), 'sandglass-bench-'));
}

/** A database as the service opens it. */
export function openBenchFile(folder: string, name: string): BenchFile {
  const path = join(folder, name);
  const connection = openSqlite({ path, migrationsFolder: 'migrations/sqlite' });
  return { path, connection, close: connection.close };
}

/** A file with the service's schema and settings, in the hands of the driver alone. */
export function openBare(path: string): Database.Database {
  const file = new Database(path);
  file.pragma('journal_mode = WAL');
  file.pragma('synchronous = NORMAL');
  file.pragma('foreign_keys = ON');
  return file;
}
