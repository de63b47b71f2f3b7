import type { Sandbox } from '../domain/sandbox.ts';
import type { ChangeFeed } from '../ports/change-feed.ts';
import type { Clock } from '../ports/clock.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';

const OVER = 'over';

export interface WaitOptions {
  readonly waitMs: number;
  /** The caller goes away: the wait ends, the work goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the wait when it resolves: nothing will move for now. */
  readonly giveUp?: Promise<unknown> | undefined;
}

export interface Waited {
  /** undefined when the row is gone. */
  readonly row: Sandbox | undefined;
  readonly isSettled: boolean;
}

/**
 * Waits until the sandbox is as asked, as seen after any commit; a row that is gone counts as deleted. Ends with what is
 * there when the time is over, the caller goes, or nothing can move.
 */
export async function waitFor(
  deps: { readonly store: SandboxStore; readonly feed: ChangeFeed; readonly clock: Clock },
  id: string,
  isSettled: (row: Sandbox | undefined) => boolean,
  options: WaitOptions,
): Promise<Waited> {
  let unsubscribe = () => {};
  const changed = new Promise<Sandbox>((resolve) => {
    unsubscribe = deps.feed.subscribe(({ row }) => {
      if (row.id === id && isSettled(row)) resolve(row);
    });
  });
  const over = new AbortController();
  try {
    const present = await deps.store.find(id);
    if (isSettled(present)) return { row: present, isSettled: true };
    if (options.waitMs <= 0) return { row: present, isSettled: false };
    const timeout = deps.clock.sleep(options.waitMs, over.signal).catch(() => undefined);
    const waits: Promise<unknown>[] = [timeout];
    if (options.signal) waits.push(aborted(options.signal, over.signal));
    if (options.giveUp) waits.push(options.giveUp);
    const settled = await Promise.race([changed, Promise.race(waits).then(() => undefined)]);
    if (settled !== undefined) return { row: settled, isSettled: true };
    const row = await deps.store.find(id);
    return { row, isSettled: isSettled(row) };
  } finally {
    unsubscribe();
    over.abort(OVER);
  }
}

function aborted(signal: AbortSignal, over: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true, signal: over });
  });
}
