import type { LogPiece } from '../ports/container-runtime.ts';
import { type Caller, getVisible } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import { gone } from './lifecycle-call.ts';

export interface LogWish {
  readonly tailLines: number;
  readonly isFollowed: boolean;
  /** Aborts when the caller has gone. */
  readonly leaving: AbortSignal;
}

/** What the main process wrote, of a stopped sandbox too; nothing when there is no container yet. Throws `gone`. */
export async function sandboxLogs(
  deps: OperationDeps,
  caller: Caller,
  id: string,
  { tailLines, isFollowed, leaving }: LogWish,
): Promise<AsyncIterable<LogPiece>> {
  const row = await getVisible(deps.store, caller, id);
  if (row.state === 'deleted') throw gone(row);
  if (row.containerId === null) return nothing();
  return deps.runtime.log(row.containerId, { tailLines, isFollowed, signal: leaving });
}

async function* nothing(): AsyncGenerator<LogPiece> {}
