import type { Sandbox } from '../domain/sandbox.ts';
import type { Sample } from '../ports/sampler.ts';
import { type Caller, getVisible } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import { gone } from './lifecycle-call.ts';

/** What it used in the last minutes, oldest first; empty while it does not run, and where nothing is measured. */
export async function sandboxMetrics(
  deps: OperationDeps,
  caller: Caller,
  id: string,
): Promise<{ readonly row: Sandbox; readonly samples: readonly Sample[] }> {
  const row = await getVisible(deps.store, caller, id);
  if (row.state === 'deleted') throw gone(row);
  return { row, samples: deps.sampler?.recent(id, 0, deps.clock.nowMs()) ?? [] };
}
