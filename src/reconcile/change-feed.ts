import type { Sandbox } from '../domain/sandbox.ts';
import type { Change, ChangeFeed, ServiceChange } from '../ports/change-feed.ts';

const REMEMBERED = 2_000;

/** The feed of one process: listeners are called in the order of subscribing, one that throws is reported. */
export function changeFeed(onListenerError: (error: unknown) => void): ChangeFeed {
  const listeners = new Set<(change: Change | ServiceChange) => void>();
  const rows = new Map<number, Sandbox>();
  const remember = ({ row, transition }: Change) => {
    if (transition === null) return;
    rows.set(transition.seq, row);
    const oldest = rows.keys().next().value;
    if (rows.size > REMEMBERED && oldest !== undefined) rows.delete(oldest);
  };
  const subscribeAll: ChangeFeed['subscribeAll'] = (listener) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };
  return {
    publish(change) {
      if (change.row !== null) remember(change);
      for (const listener of [...listeners]) {
        try {
          listener(change);
        } catch (error) {
          onListenerError(error);
        }
      }
    },
    subscribe: (listener) =>
      subscribeAll((change) => {
        if (change.row !== null) listener(change);
      }),
    subscribeAll,
    rowAt: (seq) => rows.get(seq),
  };
}
