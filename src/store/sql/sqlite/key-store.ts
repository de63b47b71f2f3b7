import { and, asc, eq, isNull, sql } from 'drizzle-orm';
import type { ApiKey, KeyStore } from '../../../ports/key-store.ts';
import type { SqliteConnection } from './connection.ts';
import { apiKeys } from './schema.ts';
import { onStorage } from './storage-error.ts';

export function sqliteKeyStore({ db }: Pick<SqliteConnection, 'db'>): KeyStore {
  // Every request asks for its key: prepared once, because building the statement anew costs more than running it.
  const byHash = db
    .select()
    .from(apiKeys)
    .where(eq(apiKeys.secretHash, sql.placeholder('secretHash')))
    .prepare();
  const find = (id: string) => db.select().from(apiKeys).where(eq(apiKeys.id, id)).get();
  return {
    insert: (key, secretHash) =>
      onStorage(() => {
        const { quota, ...flat } = key;
        const { sandboxes: quotaSandboxes, cpus: quotaCpus, memoryMb: quotaMemoryMb } = quota;
        const record = { ...flat, secretHash, quotaSandboxes, quotaCpus, quotaMemoryMb };
        return db.insert(apiKeys).values(record).onConflictDoNothing().run().changes === 1;
      }),
    findByHash: (secretHash) => onStorage(() => toKey(byHash.get({ secretHash }))),
    list: () =>
      onStorage(
        () =>
          db
            .select()
            .from(apiKeys)
            .orderBy(asc(apiKeys.createdAtMs), asc(apiKeys.id))
            .all()
            .map((record) => toKey(record) as ApiKey), // a record is there
      ),
    revoke: (id, atMs) =>
      onStorage(() => {
        db.update(apiKeys)
          .set({ revokedAtMs: atMs })
          .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAtMs)))
          .run();
        return toKey(find(id));
      }),
  };
}

function toKey(record: typeof apiKeys.$inferSelect | undefined): ApiKey | undefined {
  if (record === undefined) return undefined;
  const { secretHash: _secretHash, quotaSandboxes, quotaCpus, quotaMemoryMb, role, ...flat } = record;
  return {
    ...flat,
    role: role === 'admin' ? 'admin' : 'user',
    quota: { sandboxes: quotaSandboxes, cpus: quotaCpus, memoryMb: quotaMemoryMb },
  };
}
