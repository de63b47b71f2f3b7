import type { Clock } from '../ports/clock.ts';

/** One direction of one exchange, as far as stalling goes. */
export interface Flow {
  readonly sandboxId: string;
  /** Called once when its reader took nothing for too long. */
  readonly stalled: () => void;
}

export interface StallWatch {
  /** Bytes are waiting and the reader takes none, from now on. */
  block(flow: Flow): void;
  /** The reader took what was waiting, or the flow is over. */
  release(flow: Flow): void;
  /** While a sandbox is frozen nothing in it can read: its time stands still. */
  freeze(sandboxId: string): void;
  thaw(sandboxId: string): void;
  close(): void;
}

interface Blocked {
  /** Waited before `sinceMs`. */
  waitedMs: number;
  /** null while frozen. */
  sinceMs: number | null;
}

/** Finds readers that take nothing for `stallMs`. Flows without anything waiting are never looked at. */
export function stallWatch({ clock, stallMs }: { readonly clock: Clock; readonly stallMs: number }): StallWatch {
  const blocked = new Map<Flow, Blocked>();
  const frozen = new Set<string>();
  const closed = new AbortController();
  let isWatching = false;

  const isOver = ({ waitedMs, sinceMs }: Blocked) =>
    sinceMs !== null && waitedMs + clock.monotonicMs() - sinceMs >= stallMs;
  const watch = async () => {
    isWatching = true;
    while (blocked.size > 0 && !closed.signal.aborted) {
      // Flows come and go by the thousand per second: a look per tenth of the limit is enough.
      await clock.sleep(Math.max(stallMs / 10, 1), closed.signal).catch(() => undefined);
      for (const [flow, state] of [...blocked]) {
        if (isOver(state) && blocked.delete(flow)) flow.stalled();
      }
    }
    isWatching = false;
  };
  const ofSandbox = function* (sandboxId: string) {
    for (const [flow, state] of blocked) if (flow.sandboxId === sandboxId) yield state;
  };
  return {
    block(flow) {
      if (blocked.has(flow)) return;
      blocked.set(flow, { waitedMs: 0, sinceMs: frozen.has(flow.sandboxId) ? null : clock.monotonicMs() });
      if (!isWatching) void watch();
    },
    release: (flow) => void blocked.delete(flow),
    freeze(sandboxId) {
      frozen.add(sandboxId);
      for (const state of ofSandbox(sandboxId)) {
        if (state.sinceMs !== null) state.waitedMs += clock.monotonicMs() - state.sinceMs;
        state.sinceMs = null;
      }
    },
    thaw(sandboxId) {
      if (!frozen.delete(sandboxId)) return;
      for (const state of ofSandbox(sandboxId)) state.sinceMs ??= clock.monotonicMs();
    },
    close: () => closed.abort(),
  };
}
