import type { Sandbox } from '../domain/sandbox.ts';
import type { Sample } from '../ports/sampler.ts';
import type { Caller } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import { getShown } from './e2b-standing.ts';

const MOST_LOG_BYTES = 1024 * 1024;

/** What it used from `fromMs` to `toMs`, oldest first; empty where nothing is measured. */
export async function recentSamples(
  deps: OperationDeps,
  caller: Caller,
  id: string,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<readonly Sample[]> {
  await getShown(deps, caller, id);
  return deps.sampler?.recent(id, fromMs, toMs) ?? [];
}

/** The last MiB of what its main process wrote; empty when there is no container yet. */
export async function containerLog(
  deps: OperationDeps,
  caller: Caller,
  id: string,
): Promise<{ readonly row: Sandbox; readonly text: string }> {
  const { row } = await getShown(deps, caller, id);
  const text = row.containerId === null ? '' : await deps.runtime.logTail(row.containerId, MOST_LOG_BYTES);
  return { row, text };
}
