import { acceptedCalls, jobOf } from '../domain/decide.ts';
import { nextDeadline } from '../domain/lifetime.ts';
import type { RecordedTransition, Sandbox } from '../domain/sandbox.ts';
import { type Caller, getVisible, notFound } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import { type Explanation, explanationSentence } from './explanation-sentence.ts';

/** A state is entered again by stops that bring the end forward: more than these are not looked through. */
const MOST_REENTRIES = 20;

/**
 * Why a sandbox is in its state, what it owes, what was last tried, and what comes next. What was tried is known to this
 * process only while the work is not done.
 */
export async function explainSandbox(
  deps: Pick<OperationDeps, 'store' | 'clock' | 'policy' | 'reconciler'>,
  caller: Caller,
  id: string,
): Promise<Explanation & { readonly sentence: string }> {
  const row = await getVisible(deps.store, caller, id);
  const newest = await deps.store.history(id, Math.max(0, row.historyNumber - MOST_REENTRIES), MOST_REENTRIES);
  const because = newest.find(({ number }) => number === row.historyNumber);
  // Purged since the row was read.
  if (because === undefined) throw notFound(id);
  const atMs = deps.clock.nowMs();
  const owes = jobOf(row.state);
  const attempt = deps.reconciler.attemptOf(id);
  const explanation: Explanation = {
    row,
    sinceMs: enteredAt(newest, because).atMs,
    because,
    owes,
    // One of a job before is over.
    lastAttempt: attempt !== undefined && attempt.job === owes ? attempt : null,
    next: nextOf(row, atMs),
    accepts: acceptedCalls(row, { atMs, policy: deps.policy }),
  };
  return { ...explanation, sentence: explanationSentence(explanation, atMs) };
}

/** The entry that led into the present state, or the oldest that was looked at. */
function enteredAt(newest: readonly RecordedTransition[], because: RecordedTransition): RecordedTransition {
  return newest.findLast(({ from, to }) => from !== to) ?? newest[0] ?? because;
}

function nextOf(row: Sandbox, atMs: number): Explanation['next'] {
  if (row.state === 'stopping' && row.killAtMs !== null && row.killAtMs > atMs) {
    return { action: 'kill', atMs: row.killAtMs };
  }
  return nextDeadline(row);
}
