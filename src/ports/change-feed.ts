import type { RecordedTransition, Sandbox } from '../domain/sandbox.ts';

export interface Change {
  /** The row right after the commit; `deleted` rows may be gone from the store already. */
  readonly row: Sandbox;
  /** null for a change without a transition: a PATCH, or a notice. */
  readonly transition: RecordedTransition | null;
  /** `oom`: the kernel killed a process inside for memory while the sandbox lives on. */
  readonly notice: 'oom' | null;
}

/** Wake-ups for joins, long polls and event streams: delivered after the commit, in commit order per sandbox. */
export interface ChangeFeed {
  publish(change: Change): void;
  /** Calls `listener` for every change until the returned function is called. A listener that throws harms nobody. */
  subscribe(listener: (change: Change) => void): () => void;
  /** The row as it was right after the transition `seq`; undefined when that is too long ago for memory. */
  rowAt(seq: number): Sandbox | undefined;
}
