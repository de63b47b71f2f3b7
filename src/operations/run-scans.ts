import { SandboxError } from '../domain/errors.ts';
import type { DeadlineName } from '../domain/lifetime.ts';
import type { ScanReport } from '../reconcile/deadline-scan.ts';
import type { PassReport } from '../reconcile/full-pass.ts';
import type { OperationDeps } from './deps.ts';

export interface ScansReport {
  readonly deadlines: readonly ScanReport[];
  readonly purged: number;
}

const ALL: readonly DeadlineName[] = ['startBy', 'stopAt', 'idleStopAt', 'pausedUntil', 'deleteAt'];

/** Runs the due scans now and tells what each did. */
export async function runScans(deps: Pick<OperationDeps, 'reconciler'>): Promise<ScansReport> {
  const deadlines = await deps.reconciler.scanDeadlines(ALL);
  return { deadlines, purged: await deps.reconciler.purge() };
}

/** Compares all rows with all containers now, and heals the live store. Throws `engine_unavailable`. */
export async function reconcileNow(deps: Pick<OperationDeps, 'reconciler'>): Promise<PassReport> {
  const report = await deps.reconciler.pass();
  await deps.reconciler.heal();
  if (report !== undefined) return report;
  throw new SandboxError('engine_unavailable', 'The engine cannot be reached: nothing was decided.', {
    hint: 'Look at the engine (sandglass doctor), then try again.',
  });
}
