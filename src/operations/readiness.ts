import type { Clock } from '../ports/clock.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { LiveStore } from '../ports/live-store.ts';
import type { PoolStatus } from '../ports/pool-view.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';

interface Check {
  readonly ok: boolean;
  readonly detail: string;
}

export interface Readiness {
  /** False only when no sandbox could be started, or the first floors of the pool are still to be filled. */
  readonly ready: boolean;
  readonly checks: { readonly sql: Check; readonly live: Check; readonly engine: Check; readonly pool: Check };
  /** What does not answer, or answers with less than it should; `overdue`: work on some sandbox is long past its deadline. */
  readonly degraded: string[];
}

export interface PoolReadiness {
  readonly status: () => Pick<PoolStatus, 'isOn' | 'belowFloor'>;
  /** Over as soon as every floor was warm once, or has had its time. */
  readonly firstFill: { isOver(): boolean };
}

/** Asks everything that a start needs, now. Never throws. */
export async function readiness(deps: {
  readonly pingSql: () => void;
  readonly store: Pick<SandboxStore, 'countOverdue'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly live: LiveStore;
  readonly runtime: ContainerRuntime;
  readonly pool: PoolReadiness;
}): Promise<Readiness> {
  const sql = await check(deps.pingSql);
  const engine = await check(() => deps.runtime.ping());
  const { isUp, kind, detail } = deps.live.status();
  const overdue = await findOverdue(deps.store, deps.clock.nowMs());
  const isFilled = deps.pool.firstFill.isOver();
  const pool = poolCheck(deps.pool.status(), isFilled);
  const live = { ok: isUp, detail: `${kind}: ${detail}` };
  const failing = Object.entries({ live, engine, pool }).filter(([, { ok }]) => !ok);
  const degraded = [...failing.map(([name]) => name), ...overdue];
  return {
    ready: sql.ok && engine.ok && isFilled,
    checks: { sql, live, engine, pool },
    degraded,
  };
}

async function check(ask: () => Promise<void> | void): Promise<Check> {
  try {
    await ask();
    return { ok: true, detail: 'answers' };
  } catch {
    return { ok: false, detail: 'does not answer' };
  }
}

/** Names of templates are for those with a key: GET /v1/pool. */
function poolCheck({ belowFloor, isOn }: Pick<PoolStatus, 'isOn' | 'belowFloor'>, isFilled: boolean): Check {
  if (!isOn) return { ok: true, detail: 'off' };
  if (!isFilled) return { ok: false, detail: 'its first containers are being started' };
  if (belowFloor.length === 0) return { ok: true, detail: 'warm' };
  return { ok: false, detail: `signatures below their floor: ${belowFloor.length}` };
}

/** Where SQL does not answer, its own check says so. */
async function findOverdue(store: Pick<SandboxStore, 'countOverdue'>, nowMs: number): Promise<readonly string[]> {
  try {
    const counts = await store.countOverdue(nowMs);
    return Object.values(counts).some((count) => count > 0) ? ['overdue'] : [];
  } catch {
    return [];
  }
}
