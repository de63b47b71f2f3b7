import { join } from 'node:path';
import Database from 'better-sqlite3';

/** A row as SQL holds it, read from outside the service. */
export function sqlRow(dataDir: string, id: string): Record<string, unknown> | undefined {
  return withDatabase(dataDir, true, (database) => {
    const row = database.prepare('select * from sandboxes where id = ?').get(id);
    return row === undefined ? undefined : Object.fromEntries(Object.entries(row as object));
  });
}

/** Changes the database as an older or newer release might have left it. */
export function changeRow(dataDir: string, sql: string, ...values: readonly unknown[]): void {
  withDatabase(dataDir, false, (database) => database.prepare(sql).run(...values));
}

function withDatabase<T>(dataDir: string, readonly: boolean, look: (database: Database.Database) => T): T {
  const database = new Database(join(dataDir, 'sandglass.sqlite'), { readonly });
  try {
    return look(database);
  } finally {
    database.close();
  }
}
