import { and, asc, eq, gt, lte, max, sql } from 'drizzle-orm';
import type { RecordedTransition, SandboxState, Transition } from '../../../domain/sandbox.ts';
import type { SqliteDatabase } from './connection.ts';
import { sandboxEvents } from './schema.ts';

/** Entries kept per sandbox. */
export const HISTORY_LIMIT = 1000;

export interface HistoryTable {
  /** Inside the caller's transaction; null for a slot's, which nobody is told of. */
  append(transition: Transition): RecordedTransition | null;
  ofSandbox(id: string, afterNumber: number, limit: number): readonly RecordedTransition[];
  after(
    afterSeq: number,
    filter: { readonly tenant: string | null; readonly sandboxId: string | null },
    limit: number,
  ): readonly RecordedTransition[];
  lastSeq(): number;
  forget(id: string): void;
}

export function historyTable(db: SqliteDatabase): HistoryTable {
  const insert = db
    .insert(sandboxEvents)
    .values({
      sandboxId: sql.placeholder('sandboxId'),
      tenant: sql.placeholder('tenant'),
      number: sql.placeholder('number'),
      from: sql.placeholder('from'),
      to: sql.placeholder('to'),
      event: sql.placeholder('event'),
      reason: sql.placeholder('reason'),
      actor: sql.placeholder('actor'),
      incarnation: sql.placeholder('incarnation'),
      atMs: sql.placeholder('atMs'),
    })
    .prepare();
  return {
    append(transition) {
      if (transition.tenant === null) return null;
      const { lastInsertRowid } = insert.run({ ...transition });
      if (transition.number > HISTORY_LIMIT) {
        const { sandboxId, number } = sandboxEvents;
        const tooOld = lte(number, transition.number - HISTORY_LIMIT);
        db.delete(sandboxEvents)
          .where(and(eq(sandboxId, transition.sandboxId), tooOld))
          .run();
      }
      return { ...transition, seq: Number(lastInsertRowid) };
    },
    ofSandbox: (id, afterNumber, limit) =>
      db
        .select()
        .from(sandboxEvents)
        .where(and(eq(sandboxEvents.sandboxId, id), gt(sandboxEvents.number, afterNumber)))
        .orderBy(asc(sandboxEvents.number))
        .limit(limit)
        .all()
        .map(toTransition),
    after: (afterSeq, { tenant, sandboxId }, limit) =>
      db
        .select()
        .from(sandboxEvents)
        .where(
          and(
            gt(sandboxEvents.seq, afterSeq),
            tenant === null ? undefined : eq(sandboxEvents.tenant, tenant),
            sandboxId === null ? undefined : eq(sandboxEvents.sandboxId, sandboxId),
          ),
        )
        .orderBy(asc(sandboxEvents.seq))
        .limit(limit)
        .all()
        .map(toTransition),
    lastSeq: () =>
      db
        .select({ seq: max(sandboxEvents.seq) })
        .from(sandboxEvents)
        .get()?.seq ?? 0,
    forget: (id) => void db.delete(sandboxEvents).where(eq(sandboxEvents.sandboxId, id)).run(),
  };
}

function toTransition(record: typeof sandboxEvents.$inferSelect): RecordedTransition {
  // append wrote states only.
  return {
    ...record,
    from: record.from as SandboxState | null,
    to: record.to as SandboxState,
    reason: record.reason as RecordedTransition['reason'],
  };
}
