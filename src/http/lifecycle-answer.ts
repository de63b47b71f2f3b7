import type { CallOutcome, Wait } from '../operations/lifecycle-call.ts';
import type { Http, HttpContext } from './http-deps.ts';

/** When the engine cannot be reached, its circuit breaker and our reconnecting take a few seconds. */
const UNREACHABLE_RETRY_SECONDS = 5;

/** How long this call waits, and that it stops when the caller goes away. */
export function waitOf(
  { deps }: Http,
  c: HttpContext,
  asked: { readonly wait?: boolean | undefined; readonly waitSeconds?: number | undefined },
): Wait {
  const seconds = asked.wait === false ? 0 : (asked.waitSeconds ?? deps.config.waitSecondsDefault);
  return { seconds, signal: c.req.raw.signal };
}

/** `doneStatus` with the view, or 202 with the view when the work goes on; 204 has no body. */
export async function lifecycleAnswer(
  http: Http,
  c: HttpContext,
  outcome: CallOutcome,
  doneStatus: 200 | 201 | 204,
): Promise<Response> {
  const { row, isSettled, isBlocked } = outcome;
  const status = isSettled ? doneStatus : 202;
  c.get('facts').sandboxId = row.id;
  c.get('facts').incarnation = row.incarnation;
  if (status === 204) return c.body(null, 204);
  if (status === 201 || status === 202) c.header('Location', `/v1/sandboxes/${row.id}`);
  if (!isSettled && (isBlocked || !http.deps.operations.reconciler.isEngineReachable())) {
    c.header('Retry-After', String(UNREACHABLE_RETRY_SECONDS));
  }
  const view = await http.viewOf(row);
  if (outcome.isReused !== true) return c.json(view, status);
  const durationMs = http.deps.operations.clock.monotonicMs() - c.get('facts').beganMs;
  return c.json({ ...view, start: { path: 'reuse', durationMs, stages: {} } }, status);
}

/** Where the time of a start went; `commit` is what our own bookkeeping took. Nothing for a start of another call. */
export function tellStages(http: Http, c: HttpContext, { row, stages: own = {}, isReused = false }: CallOutcome): void {
  if (row.start === null) return;
  const totalMs = http.deps.operations.clock.monotonicMs() - c.get('facts').beganMs;
  const stages = Object.entries({ ...own, ...(isReused ? {} : row.start.stages) });
  const commitMs = totalMs - stages.reduce((sum, [, ms]) => sum + ms, 0);
  if (commitMs < 0) return;
  const all = [...stages, ['commit', commitMs] as const, ['total', totalMs] as const];
  c.header('Server-Timing', all.map(([name, ms]) => `${name};dur=${ms.toFixed(1)}`).join(', '));
}
