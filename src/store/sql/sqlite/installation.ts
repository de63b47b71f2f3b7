import { eq } from 'drizzle-orm';
import type { SqliteConnection } from './connection.ts';
import { installation } from './schema.ts';

/** The id of this installation: made once, kept with the rows it stands for. */
export function installationId({ db }: Pick<SqliteConnection, 'db'>, candidate: string): string {
  return keptOnce(db, 'service_id', candidate);
}

/** The secret from which the tokens of its sandboxes are made; kept like the id. */
export function installationSecret({ db }: Pick<SqliteConnection, 'db'>, candidate: string): string {
  return keptOnce(db, 'token_secret', candidate);
}

function keptOnce(db: SqliteConnection['db'], key: string, candidate: string): string {
  db.insert(installation).values({ key, value: candidate }).onConflictDoNothing().run();
  return db.select().from(installation).where(eq(installation.key, key)).get()?.value ?? candidate;
}
