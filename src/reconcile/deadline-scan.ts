import { errorMessage } from '../domain/errors.ts';
import { type DeadlineName, idleStopAtFor } from '../domain/lifetime.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import type { Log } from '../observe/logger.ts';
import type { AgentClient } from '../ports/agent-client.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveStore } from '../ports/live-store.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';
import type { Tokens } from '../ports/tokens.ts';
import type { ApplyEvent } from './apply-event.ts';
import type { ClockGuard } from './clock-guard.ts';

export interface DeadlineScanDeps {
  readonly store: SandboxStore;
  readonly live: LiveStore;
  readonly agent: AgentClient;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly log: Log;
  readonly guard: ClockGuard;
  readonly applyEvent: ApplyEvent;
  /** Starts the work that a passed deadline owes; not waited for. */
  readonly driveSoon: (id: string) => void;
}

export interface ScanReport {
  readonly deadline: DeadlineName;
  /** Moved on, oldest deadline first. */
  readonly moved: readonly string[];
  readonly failed: readonly { readonly id: string; readonly message: string }[];
  /** True when the clock is not to be believed and nothing was looked at. */
  readonly isPaused: boolean;
}

const PAGE = 200;
/** While activity may not have reached us (live store unreadable, process young) an idle stop waits this much longer. */
const IDLE_DOUBT_MS = 15_000;

/** Passes every sandbox whose deadline is over, oldest first, in pages; one that fails never blocks the rest. */
export type DeadlineScan = (deadline: DeadlineName) => Promise<ScanReport>;

export function deadlineScanWith(deps: DeadlineScanDeps): DeadlineScan {
  const bootedAtMs = deps.clock.monotonicMs();
  return async (deadline) => {
    if (!deps.guard.isTrusted()) return { deadline, moved: [], failed: [], isPaused: true };
    const nowMs = deps.clock.nowMs();
    const moved: string[] = [];
    const failed: { id: string; message: string }[] = [];
    // Those left behind stay the oldest: the next page begins after them.
    let left = 0;
    for (;;) {
      const page = await deps.store.due(deadline, nowMs, PAGE, left);
      for (const id of page) {
        try {
          const isYoung = deps.clock.monotonicMs() - bootedAtMs < IDLE_DOUBT_MS;
          const passed = await pass(deps, id, deadline, isYoung);
          if (passed === 'moved') moved.push(id);
          if (passed === 'left') left += 1;
        } catch (error) {
          left += 1;
          failed.push({ id, message: errorMessage(error) });
          const fields = { event: 'scan.failed', deadline, sandboxId: id, error: errorMessage(error) };
          deps.log.warn(fields, 'a due sandbox could not be moved');
        }
      }
      if (page.length < PAGE) return { deadline, moved, failed, isPaused: false };
    }
  };
}

/** `moved`: the event was accepted. `over`: no longer due. `left`: still due, looked at again by the next scan. */
async function pass(
  deps: DeadlineScanDeps,
  id: string,
  deadline: DeadlineName,
  isYoung: boolean,
): Promise<'moved' | 'over' | 'left'> {
  if (deadline === 'idleStopAt') {
    const verdict = await isReallyIdle(deps, id, isYoung);
    if (verdict !== 'idle') return verdict;
  }
  const applied = await deps.applyEvent(id, { type: 'DEADLINE_PASSED', deadline }, { actor: 'system' });
  if (applied.outcome !== 'accepted') return 'over';
  deps.driveSoon(id);
  return 'moved';
}

/** The row's idle deadline is a lower bound: the live store may know of later activity. */
async function isReallyIdle(deps: DeadlineScanDeps, id: string, isYoung: boolean): Promise<'idle' | 'over' | 'left'> {
  const row = await deps.store.find(id);
  if (row === undefined || row.idleStopAtMs === null) return 'over';
  const nowMs = deps.clock.nowMs();
  const live = await lastActivity(deps, row);
  if (typeof live === 'number' && live > (row.lastActivityAtMs ?? 0)) {
    await deps.store.touch(id, row.incarnation, live);
    if ((idleStopAtFor(row.lifetime, live) ?? 0) > nowMs) return 'over';
  }
  if (await isBusy(deps, row)) {
    await deps.store.touch(id, row.incarnation, nowMs);
    return 'over';
  }
  if (typeof live === 'number' && live > (row.lastActivityAtMs ?? 0)) return 'idle';
  const isInDoubt = live === 'unknown' || isYoung;
  return isInDoubt && row.idleStopAtMs + IDLE_DOUBT_MS > nowMs ? 'left' : 'idle';
}

/** A command that is longer than the idle time keeps its sandbox, whoever listens to it. */
async function isBusy({ agent, tokens }: DeadlineScanDeps, { id, agentEndpoint }: Sandbox): Promise<boolean> {
  return agentEndpoint !== null && (await agent.isBusy(agentEndpoint, tokens.accessToken(id)));
}

async function lastActivity(deps: DeadlineScanDeps, row: Sandbox): Promise<number | null | 'unknown'> {
  try {
    const info = await deps.live.get(row.id);
    if (info === undefined) return 'unknown';
    return info.incarnation === row.incarnation ? info.lastActivityAtMs : null;
  } catch {
    return 'unknown';
  }
}
