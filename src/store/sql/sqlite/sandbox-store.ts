import { and, eq, getTableColumns, gte, isNull, lt, or, sql } from 'drizzle-orm';
import { IDEMPOTENCY_WINDOW_MS } from '../../../domain/lifetime.ts';
import { brokenQuota, isUnbounded } from '../../../domain/limits.ts';
import { isLive, type Sandbox } from '../../../domain/sandbox.ts';
import type { IdempotencyRecord, QuotaCheck, SandboxStore, Unwritten } from '../../../ports/sandbox-store.ts';
import { fromRecord, toRecord } from '../sandbox-record.ts';
import { addressTable } from './addresses.ts';
import type { SqliteConnection, SqliteDatabase } from './connection.ts';
import { historyTable } from './history.ts';
import { overdueCounts } from './overdue-counts.ts';
import { sandboxQueries } from './sandbox-queries.ts';
import { idempotencyKeys, sandboxes } from './schema.ts';
import { onStorage } from './storage-error.ts';

const IMMEDIATE = { behavior: 'immediate' } as const;

/** Sandboxes in SQLite: every method is one synchronous transaction, so nothing interleaves inside it. */
export function sqliteSandboxStore({ db, close }: SqliteConnection): SandboxStore {
  const rows = rowStatements(db);
  const history = historyTable(db);
  const queries = sandboxQueries(db);
  const countOverdue = overdueCounts(db);
  const addresses = addressTable(db);
  const idempotency = idempotencyTable(db);

  const overQuota = (check: QuotaCheck | null | undefined, row: Sandbox): Unwritten | undefined => {
    if (!check || !isLive(row.state) || isUnbounded(check.quota)) return undefined;
    const usage = queries.usage(check.tenant, row.id);
    const more = { sandboxes: 1, cpus: row.resources.cpus, memoryMb: row.resources.memoryMb };
    const bound = brokenQuota(usage, more, check.quota);
    return bound === null ? undefined : { outcome: 'quota_exceeded', bound, usage };
  };

  const isKeyTaken = (record: IdempotencyRecord): boolean => {
    idempotency.forget(record.createdAtMs - IDEMPOTENCY_WINDOW_MS);
    return idempotency.find(record.tenant, record.key, 0) !== undefined;
  };

  const keyTaken = (record: IdempotencyRecord | null, row: Sandbox): Unwritten | undefined => {
    if (record !== null && isKeyTaken(record)) return { outcome: 'idempotency_key_taken' };
    if (row.tenant === null || row.reuseKey === null) return undefined;
    const holder = queries.findReusable(row.tenant, row.reuseKey);
    return holder === undefined || holder.id === row.id ? undefined : { outcome: 'reuse_key_taken' };
  };

  const store: SandboxStore = {
    create: ({ row, transition, idempotency: record, quota }) =>
      onStorage(() =>
        db.transaction(() => {
          const taken = keyTaken(record, row);
          if (taken !== undefined) return taken;
          if (rows.find(row.id) !== undefined) return { outcome: 'id_taken' };
          const refused = overQuota(quota, row);
          if (refused !== undefined) return refused;
          rows.insert(row);
          if (record !== null) idempotency.insert(record);
          return { outcome: 'created', row, transition: history.append(transition) };
        }, IMMEDIATE),
      ),
    find: (id) => onStorage(() => rows.find(id)),
    findReusable: (tenant, reuseKey) =>
      onStorage(() => {
        const record = queries.findReusable(tenant, reuseKey);
        return record === undefined ? undefined : fromRecord(record);
      }),
    replace: ({ next, expectedVersion, transition, quota, idempotency: record = null }) =>
      onStorage(() =>
        db.transaction(() => {
          const refused =
            (transition?.event === 'CLAIMED' ? keyTaken(record, next) : undefined) ?? overQuota(quota, next);
          if (refused !== undefined) return refused;
          if (!rows.update(next, expectedVersion)) return { outcome: 'version_moved' };
          if (record !== null) idempotency.insert(record);
          return { outcome: 'replaced', transition: transition === null ? null : history.append(transition) };
        }, IMMEDIATE),
      ),
    list: (query) => onStorage(() => queries.list(query).map(fromRecord)),
    due: (deadline, nowMs, limit, skip) => onStorage(() => queries.due(deadline, nowMs, limit, skip)),
    purgeable: (nowMs, limit) => onStorage(() => queries.purgeable(nowMs, limit)),
    inStates: (states, afterId, limit) => onStorage(() => queries.inStates(states, afterId, limit)),
    memoryOf: (states) => onStorage(() => queries.memoryOf(states)),
    storedStates: () => onStorage(queries.storedStates),
    countByState: () => onStorage(queries.countByState),
    countOverdue: (nowMs) => onStorage(() => countOverdue(nowMs)),
    touch: (id, incarnation, atMs) => onStorage(() => rows.touch(id, incarnation, atMs)),
    purge: (id) =>
      onStorage(() =>
        db.transaction(() => {
          if (!rows.removeDeleted(id)) return false;
          history.forget(id);
          return true;
        }, IMMEDIATE),
      ),
    history: (id, afterNumber, limit) => onStorage(() => history.ofSandbox(id, afterNumber, limit)),
    transitionsAfter: (afterSeq, filter, limit) => onStorage(() => history.after(afterSeq, filter, limit)),
    lastSeq: () => onStorage(history.lastSeq),
    rememberIdempotency: (record) =>
      onStorage(() =>
        db.transaction(() => {
          if (isKeyTaken(record)) return false;
          idempotency.insert(record);
          return true;
        }, IMMEDIATE),
      ),
    findIdempotency: (tenant, key, notBeforeMs) => onStorage(() => idempotency.find(tenant, key, notBeforeMs)),
    forgetIdempotency: (beforeMs) => onStorage(() => idempotency.forget(beforeMs)),
    takeAddress: (id, pool, nowMs) => onStorage(() => db.transaction(() => addresses.take(id, pool, nowMs), IMMEDIATE)),
    freeAddress: (id, nowMs) => onStorage(() => addresses.free(id, nowMs)),
    close: () => onStorage(close),
  };
  return store;
}

/** The statements of the hot path, prepared once: building them anew costs more than running them. */
function rowStatements(db: SqliteDatabase) {
  const placeholders = Object.fromEntries(
    Object.keys(getTableColumns(sandboxes)).map((name) => [name, sql.placeholder(name)]),
  );
  const select = db
    .select()
    .from(sandboxes)
    .where(eq(sandboxes.id, sql.placeholder('id')))
    .prepare();
  const { id: _id, ...changeable } = placeholders;
  // Placeholders stand for every column: drizzle's types know values only.
  const insert = db
    .insert(sandboxes)
    .values(placeholders as unknown as typeof sandboxes.$inferInsert)
    .prepare();
  const update = db
    .update(sandboxes)
    .set(changeable as unknown as Partial<typeof sandboxes.$inferInsert>)
    .where(and(eq(sandboxes.id, sql.placeholder('id')), eq(sandboxes.version, sql.placeholder('expectedVersion'))))
    .prepare();
  return {
    find(id: string): Sandbox | undefined {
      const record = select.get({ id });
      return record === undefined ? undefined : fromRecord(record);
    },
    insert: (row: Sandbox) => void insert.run({ ...toRecord(row) }),
    update: (row: Sandbox, expectedVersion: number) => update.run({ ...toRecord(row), expectedVersion }).changes === 1,
    touch(id: string, incarnation: number, atMs: number): void {
      const { idleSeconds, idleStopAtMs, lastActivityAtMs } = sandboxes;
      db.update(sandboxes)
        .set({
          lastActivityAtMs: sql`max(coalesce(${lastActivityAtMs}, 0), ${atMs})`,
          idleStopAtMs: sql`case when ${idleSeconds} is null then null
            else max(coalesce(${idleStopAtMs}, 0), cast(${atMs} + ${idleSeconds} * 1000 as integer)) end`,
        })
        .where(
          and(
            eq(sandboxes.id, id),
            eq(sandboxes.incarnation, incarnation),
            eq(sandboxes.state, 'running'),
            or(isNull(lastActivityAtMs), lt(lastActivityAtMs, atMs)),
          ),
        )
        .run();
    },
    removeDeleted: (id: string) =>
      db
        .delete(sandboxes)
        .where(and(eq(sandboxes.id, id), eq(sandboxes.state, 'deleted')))
        .run().changes === 1,
  };
}

/** Prepared once: our own SDK sends a key with every start. */
function idempotencyTable(db: SqliteDatabase) {
  const { createdAtMs, key, tenant } = idempotencyKeys;
  const select = db
    .select()
    .from(idempotencyKeys)
    .where(
      and(
        eq(tenant, sql.placeholder('tenant')),
        eq(key, sql.placeholder('key')),
        gte(createdAtMs, sql.placeholder('notBeforeMs')),
      ),
    )
    .prepare();
  const insert = db
    .insert(idempotencyKeys)
    .values({
      tenant: sql.placeholder('tenant'),
      key: sql.placeholder('key'),
      requestHash: sql.placeholder('requestHash'),
      sandboxId: sql.placeholder('sandboxId'),
      createdAtMs: sql.placeholder('createdAtMs'),
    })
    .prepare();
  const remove = db
    .delete(idempotencyKeys)
    .where(lt(createdAtMs, sql.placeholder('beforeMs')))
    .prepare();
  return {
    find: (ofTenant: string, ofKey: string, notBeforeMs: number): IdempotencyRecord | undefined =>
      select.get({ tenant: ofTenant, key: ofKey, notBeforeMs }),
    insert: (record: IdempotencyRecord) => void insert.run({ ...record }),
    forget: (beforeMs: number) => remove.run({ beforeMs }).changes,
  };
}
