import { and, asc, count, desc, eq, gt, inArray, isNotNull, isNull, lt, lte, ne, or, type SQL, sql } from 'drizzle-orm';
import type { DeadlineName } from '../../../domain/lifetime.ts';
import type { Usage } from '../../../domain/limits.ts';
import { liveStates, type SandboxState } from '../../../domain/sandbox.ts';
import type { MemoryShare, SandboxListQuery, Standing } from '../../../ports/sandbox-store.ts';
import type { SqliteDatabase } from './connection.ts';
import { sandboxes } from './schema.ts';

/** The deadline's column, and the only state that it can move. */
const DEADLINES = {
  startBy: { column: sandboxes.startByMs, state: 'pending' },
  stopAt: { column: sandboxes.stopAtMs, state: 'running' },
  idleStopAt: { column: sandboxes.idleStopAtMs, state: 'running' },
  pausedUntil: { column: sandboxes.pausedUntilMs, state: 'paused' },
  deleteAt: { column: sandboxes.deleteAtMs, state: 'stopped' },
} as const satisfies Record<DeadlineName, { column: unknown; state: SandboxState }>;

const NOTHING_HELD: Usage = { sandboxes: 0, cpus: 0, memoryMb: 0 };

/** What is read over many rows; every query is bounded by a limit and walks an index. */
export function sandboxQueries(db: SqliteDatabase) {
  // The unary plus keeps SQLite from walking all rows of the state: 100 due of 100,000 took 12.5 ms.
  const due = Object.fromEntries(
    Object.entries(DEADLINES).map(([name, { column, state }]) => [
      name,
      db
        .select({ id: sandboxes.id })
        .from(sandboxes)
        .where(and(lte(column, sql.placeholder('nowMs')), sql`+${sandboxes.state} = ${state}`))
        .orderBy(asc(column))
        .limit(sql.placeholder('limit'))
        .offset(sql.placeholder('skip'))
        .prepare(),
    ]),
  );
  const reusable = db
    .select()
    .from(sandboxes)
    .where(
      and(
        eq(sandboxes.tenant, sql.placeholder('tenant')),
        eq(sandboxes.reuseKey, sql.placeholder('reuseKey')),
        sql`reuse_key is not null and state not in ('deleting', 'deleted')`,
      ),
    )
    .prepare();
  // By state, not by tenant (the unary plus): most rows of a tenant are tombstones, and every create asks.
  const held = db
    .select({
      sandboxes: count(),
      cpus: sql<number>`coalesce(sum(${sandboxes.cpus}), 0)`,
      memoryMb: sql<number>`coalesce(sum(${sandboxes.memoryMb}), 0)`,
    })
    .from(sandboxes)
    .where(
      and(
        sql`+${sandboxes.tenant} = ${sql.placeholder('tenant')}`,
        inArray(sandboxes.state, [...liveStates]),
        ne(sandboxes.id, sql.placeholder('exceptId')),
      ),
    )
    .prepare();
  return {
    findReusable: (tenant: string, reuseKey: string) => reusable.get({ tenant, reuseKey }),

    memoryOf: (states: readonly SandboxState[]): readonly MemoryShare[] =>
      db
        .select({ id: sandboxes.id, state: sandboxes.state, memoryMb: sandboxes.memoryMb })
        .from(sandboxes)
        .where(inArray(sandboxes.state, [...states]))
        .all()
        .map(({ id, state, memoryMb }) => ({ id, state: state as SandboxState, resources: { memoryMb } })), // one of `states`

    due: (deadline: DeadlineName, nowMs: number, limit: number, skip: number): readonly string[] =>
      due[deadline]?.all({ nowMs, limit, skip }).map(({ id }) => id) ?? [],

    purgeable: (nowMs: number, limit: number): readonly string[] =>
      db
        .select({ id: sandboxes.id })
        .from(sandboxes)
        .where(and(lte(sandboxes.purgeAtMs, nowMs), sql`+${sandboxes.state} = 'deleted'`))
        .orderBy(asc(sandboxes.purgeAtMs))
        .limit(limit)
        .all()
        .map(({ id }) => id),

    inStates: (states: readonly SandboxState[], afterId: string | null, limit: number): readonly Standing[] =>
      db
        .select({ id: sandboxes.id, state: sandboxes.state })
        .from(sandboxes)
        .where(and(inArray(sandboxes.state, [...states]), afterId === null ? undefined : gt(sandboxes.id, afterId)))
        .orderBy(asc(sandboxes.id))
        .limit(limit)
        .all()
        .map(({ id, state }) => ({ id, state: state as SandboxState })), // one of `states`

    list: (query: SandboxListQuery) => {
      const direction = query.order === 'asc' ? asc : desc;
      return db
        .select()
        .from(sandboxes)
        .where(listFilter(query))
        .orderBy(direction(sandboxes.createdAtMs), direction(sandboxes.id))
        .limit(query.limit)
        .all();
    },

    storedStates: (): readonly string[] =>
      db
        .selectDistinct({ state: sandboxes.state })
        .from(sandboxes)
        .all()
        .map(({ state }) => state),

    countByState: (): Readonly<Partial<Record<SandboxState, number>>> =>
      Object.fromEntries(
        db
          .select({ state: sandboxes.state, rows: count() })
          .from(sandboxes)
          .groupBy(sandboxes.state)
          .all()
          .map(({ state, rows }) => [state, rows]),
      ),

    usage: (tenant: string, exceptId: string): Usage => held.get({ tenant, exceptId }) ?? NOTHING_HELD,
  };
}

function listFilter(query: SandboxListQuery): SQL | undefined {
  const { createdAtMs, id, image, labels, startedAtMs, state, template, tenant } = sandboxes;
  const beyond = query.order === 'asc' ? gt : lt;
  const after = query.after;
  return and(
    isNotNull(tenant),
    // The unary plus keeps SQLite from sorting all rows of the states: it walks the index of creation up to the limit.
    inArray(sql`+${state}`, [...query.states]),
    query.tenant === null ? undefined : eq(tenant, query.tenant),
    query.template === null ? undefined : eq(template, query.template),
    query.templateOrImage === undefined
      ? undefined
      : or(eq(template, query.templateOrImage), eq(image, query.templateOrImage)),
    query.startedFromMs === undefined
      ? undefined
      : sql`coalesce(${startedAtMs}, ${createdAtMs}) >= ${query.startedFromMs}`,
    query.keptAtMs === undefined ? undefined : kept(query.keptAtMs),
    ...Object.entries(query.labels).map(
      ([name, value]) => sql`exists (select 1 from json_each(${labels}) where key = ${name} and value = ${value})`,
    ),
    after === null
      ? undefined
      : or(beyond(createdAtMs, after.createdAtMs), and(eq(createdAtMs, after.createdAtMs), beyond(id, after.id))),
  );
}

/** Its container is there, and nothing has decided that it goes with the stop. */
function kept(atMs: number): SQL | undefined {
  const { autoDeleteSeconds, deleteAfterStop, deleteAtMs, reason, state } = sandboxes;
  return and(
    eq(deleteAfterStop, false),
    or(isNull(deleteAtMs), gt(deleteAtMs, atMs)),
    sql`coalesce(json_extract(${reason}, '$.code'), '') <> 'container_lost'`,
    sql`not (${state} = 'stopping' and coalesce(${autoDeleteSeconds}, 1) = 0)`,
  );
}
