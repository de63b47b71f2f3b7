import type { RecordedTransition, Sandbox } from '../domain/sandbox.ts';
import type { PullProgress } from './container-runtime.ts';
import type { SlotTier } from './slot-source.ts';

export interface Change {
  /** The row right after the commit; `deleted` rows may be gone from the store already. */
  readonly row: Sandbox;
  /** null for a change without a transition: a PATCH, or a notice. */
  readonly transition: RecordedTransition | null;
  /**
   * `oom`: the kernel killed a process inside for memory while the sandbox lives on. `pulling`: the image of its start is
   * on its way to the engine.
   */
  readonly notice: 'oom' | 'pulling' | null;
  /** How far `pulling` is. */
  readonly pull?: PullProgress;
}

export type PoolHappening = 'claimed' | 'missed' | 'discarded' | 'promoted' | 'demoted' | 'reaped' | 'evicted';

/** What is no change of a row, and of no tenant: for administrators. */
export type ServiceChange = PoolChange | Correction;

/** Something that happened in the pool. */
export interface PoolChange {
  readonly topic: 'pool';
  readonly row: null;
  readonly transition: null;
  readonly notice: PoolHappening;
  readonly about: {
    /** The first 8 characters; null while the content of the image is not known. */
    readonly signature: string | null;
    readonly tier: SlotTier;
    /** Of `reaped`: `idle`, `age` or `pressure`; of `evicted`: `room`. */
    readonly why?: string;
    /** Of claims. */
    readonly durationMs?: number;
  };
}

/** Row and world disagreed, and were made to agree. */
export interface Correction {
  readonly topic: 'reconcile';
  readonly row: null;
  readonly transition: null;
  readonly notice: 'corrected';
  readonly about: {
    /** As in the metric `sandglass_corrections_total`. */
    readonly kind: string;
    readonly sandboxId: string;
  };
}

/** Wake-ups for joins, long polls and event streams: delivered after the commit, in commit order per sandbox. */
export interface ChangeFeed {
  publish(change: Change | ServiceChange): void;
  /** Calls `listener` for every change of a row until the returned function is called. A listener that throws harms nobody. */
  subscribe(listener: (change: Change) => void): () => void;
  /** The same, with what is no change of a row. */
  subscribeAll(listener: (change: Change | ServiceChange) => void): () => void;
  /** The row as it was right after the transition `seq`; undefined when that is too long ago for memory. */
  rowAt(seq: number): Sandbox | undefined;
}
