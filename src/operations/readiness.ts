import type { Clock } from '../ports/clock.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { LiveStore } from '../ports/live-store.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';

interface Check {
  readonly ok: boolean;
  readonly detail: string;
}

export interface Readiness {
  /** False only when no sandbox could be started. */
  readonly ready: boolean;
  readonly checks: { readonly sql: Check; readonly live: Check; readonly engine: Check };
  /** What does not answer, or answers with less than it should; `overdue`: work on some sandbox is long past its deadline. */
  readonly degraded: string[];
}

/** Asks everything that a start needs, now. Never throws. */
export async function readiness(deps: {
  readonly pingSql: () => void;
  readonly store: Pick<SandboxStore, 'countOverdue'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly live: LiveStore;
  readonly runtime: ContainerRuntime;
}): Promise<Readiness> {
  const sql = await check(deps.pingSql);
  const engine = await check(() => deps.runtime.ping());
  const { isUp, kind, detail } = deps.live.status();
  const overdue = await findOverdue(deps.store, deps.clock.nowMs());
  const degraded = [...(isUp ? [] : ['live']), ...(engine.ok ? [] : ['engine']), ...overdue];
  return {
    ready: sql.ok && engine.ok,
    checks: { sql, live: { ok: isUp, detail: `${kind}: ${detail}` }, engine },
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

/** Where SQL does not answer, its own check says so. */
async function findOverdue(store: Pick<SandboxStore, 'countOverdue'>, nowMs: number): Promise<readonly string[]> {
  try {
    const counts = await store.countOverdue(nowMs);
    return Object.values(counts).some((count) => count > 0) ? ['overdue'] : [];
  } catch {
    return [];
  }
}
