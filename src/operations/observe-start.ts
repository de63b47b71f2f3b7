import type { OperationDeps, StartObservation } from './deps.ts';
import type { CallOutcome, Wait } from './lifecycle-call.ts';

/** Tells how a start or restart went for its caller; `commit` is what our own bookkeeping took of it. */
export function observeStart(
  deps: Pick<OperationDeps, 'clock' | 'onStart'>,
  path: StartObservation['path'],
  { row, isSettled, stages: own = {} }: CallOutcome,
  { wait, beganMs }: { readonly wait: Wait; readonly beganMs: number },
): void {
  const outcome = !isSettled ? 'unfinished' : row.startedAtMs === null ? 'failure' : 'success';
  const mode = wait.seconds === 0 ? 'fast' : 'strong';
  const durationMs = deps.clock.monotonicMs() - beganMs;
  // A sandbox that was found may have started long ago.
  const report = path === 'reuse' || !isSettled ? null : row.start;
  const stages: Record<string, number> = { ...own, ...report?.stages };
  const isWhole = report !== null || (mode === 'fast' && path !== 'reuse');
  const restMs = durationMs - Object.values(stages).reduce((sum, ms) => sum + ms, 0);
  if (isWhole && restMs >= 0) stages['commit'] = restMs;
  deps.onStart({
    ...{ path, outcome, sandboxId: row.id, mode, durationMs, stages },
    ...(report?.agentMs === undefined ? {} : { agentMs: report.agentMs }),
  });
}
