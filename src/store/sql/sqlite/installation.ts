import { eq } from 'drizzle-orm';
import type { SqliteConnection } from './connection.ts';
import { installation } from './schema.ts';

/** The id of this installation: made once, kept with the rows it stands for. */
export function installationId({ db }: Pick<SqliteConnection, 'db'>, candidate: string): string {
  db.insert(installation).values({ key: 'service_id', value: candidate }).onConflictDoNothing().run();
  return db.select().from(installation).where(eq(installation.key, 'service_id')).get()?.value ?? candidate;
}
