import type { Sandbox } from '../domain/sandbox.ts';
import type { Reading, Sample } from '../ports/sampler.ts';
import { type Caller, getVisible } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import { gone } from './lifecycle-call.ts';

export interface MetricsAsked {
  readonly id: string;
  /** True = read it now too. */
  readonly detail: boolean;
}

/**
 * What it used in the last minutes, oldest first; empty while it does not run, and where nothing is measured. `reading` is
 * null unless it was asked for and could be had.
 */
export async function sandboxMetrics(
  deps: OperationDeps,
  caller: Caller,
  { id, detail }: MetricsAsked,
): Promise<{ readonly row: Sandbox; readonly samples: readonly Sample[]; readonly reading: Reading | null }> {
  const row = await getVisible(deps.store, caller, id);
  if (row.state === 'deleted') throw gone(row);
  const reading = (detail ? await deps.sampler?.read(id) : null) ?? null;
  return { row, reading, samples: deps.sampler?.recent(id, 0, deps.clock.nowMs()) ?? [] };
}
