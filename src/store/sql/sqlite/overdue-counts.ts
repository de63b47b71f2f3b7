import { and, count, eq, lt, type SQL, sql } from 'drizzle-orm';
import { type OverdueCounts, overdueByAge, overdueByDeadline } from '../../../domain/overdue.ts';
import type { SqliteDatabase } from './connection.ts';
import { sandboxEvents, sandboxes } from './schema.ts';

/** Enough to be alarmed: more are not counted. */
const MOST = 1000;

/** Counts working sandboxes past their own deadline; walks the index of states, which holds few of these. */
export function overdueCounts(db: SqliteDatabase): (nowMs: number) => OverdueCounts {
  const counted = (state: string, isLate: SQL) => {
    const late = db
      .select({ id: sandboxes.id })
      .from(sandboxes)
      .where(and(eq(sandboxes.state, state), isLate))
      .limit(MOST)
      .as('late');
    const statement = db.select({ rows: count() }).from(late).prepare();
    return (nowMs: number) => statement.get({ nowMs })?.rows ?? 0;
  };
  const pastDeadline = (state: keyof typeof overdueByDeadline) => {
    const { deadline, allowanceMs } = overdueByDeadline[state];
    return counted(state, lt(sandboxes[deadline], sql`${sql.placeholder('nowMs')} - ${allowanceMs}`));
  };
  const tooOld = (state: keyof typeof overdueByAge) => {
    const { atMs, number, sandboxId } = sandboxEvents;
    return counted(
      state,
      sql`exists (select 1 from ${sandboxEvents} where ${sandboxId} = ${sandboxes.id}
        and ${number} = ${sandboxes.historyNumber} and ${atMs} < ${sql.placeholder('nowMs')} - ${overdueByAge[state]})`,
    );
  };
  const byState = {
    pending: pastDeadline('pending'),
    stopping: pastDeadline('stopping'),
    pausing: tooOld('pausing'),
    resuming: tooOld('resuming'),
    deleting: tooOld('deleting'),
  };
  return (nowMs) => ({
    pending: byState.pending(nowMs),
    stopping: byState.stopping(nowMs),
    pausing: byState.pausing(nowMs),
    resuming: byState.resuming(nowMs),
    deleting: byState.deleting(nowMs),
  });
}
