import type { Caller } from './caller.ts';
import { getVisible } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import { conflict } from './lifecycle-call.ts';
import { type StoppedContainer, stoppedContainer } from './stopped-files.ts';

export interface StoppedUse extends StoppedContainer {
  /** Aborts when it is stopped no longer, with what the caller is told, or when the caller leaves. */
  readonly signal: AbortSignal;
  close(): void;
}

/**
 * Lets a caller in to the files of a sandbox that is stopped; undefined when it is not. A restart ends what is under way:
 * the engine does nothing to a container whose files are read.
 */
export async function useStopped(
  deps: OperationDeps,
  caller: Caller,
  id: string,
  leaving: AbortSignal,
): Promise<StoppedUse | undefined> {
  const row = await getVisible(deps.store, caller, id);
  const stopped = stoppedContainer(row);
  if (stopped === undefined) return undefined;
  const over = new AbortController();
  const leave = () => over.abort(leaving.reason);
  leaving.addEventListener('abort', leave, { once: true });
  const unsubscribe = deps.feed.subscribe(({ row: now }) => {
    if (now.id === id && now.state !== 'stopped') over.abort(conflict(deps, now, { name: 'files' }));
  });
  const close = () => {
    unsubscribe();
    leaving.removeEventListener('abort', leave);
  };
  // It may have moved between the look and the listening.
  const again = await getVisible(deps.store, caller, id);
  if (again.state === 'stopped') return { ...stopped, signal: over.signal, close };
  close();
  return undefined;
}
