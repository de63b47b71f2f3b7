import type { SandboxInfo } from '../domain/sandbox-info.ts';

export interface LiveStoreStatus {
  readonly kind: 'memory' | 'redis';
  readonly isUp: boolean;
  /** What an operator should know: how it was chosen, or why it is down; no secrets. */
  readonly detail: string;
}

/**
 * Live information that can be rebuilt from SQL; it never decides a state. Every write keeps only the fields of
 * `sandboxInfoSchema`. All methods throw `storage_unavailable` within a second when the store cannot be reached;
 * callers treat that as "unknown", never as empty.
 */
export interface LiveStore {
  /** Replaces the entry whole, unless one of a higher incarnation is there. True when written. */
  seed(info: SandboxInfo): Promise<boolean>;
  /** Changes fields of the entry; does nothing when it is absent or of another incarnation. True when written. */
  patch(id: string, incarnation: number, change: Partial<SandboxInfo>): Promise<boolean>;
  /** Moves `lastActivityAtMs` forward, never back; like `patch` for absent entries. True when written. */
  touch(id: string, incarnation: number, atMs: number): Promise<boolean>;
  /** undefined when absent, or when what is there does not fit the schema. */
  get(id: string): Promise<SandboxInfo | undefined>;
  /** Removes the entry unless it is of a higher incarnation. True when one was removed. */
  evict(id: string, incarnation: number): Promise<boolean>;
  /** All ids with an entry, in pages so that nothing blocks. */
  ids(): AsyncIterable<readonly string[]>;
  status(): LiveStoreStatus;
  /** Calls `listener` each time the store can be reached again; returns the unsubscribe function. */
  onReconnect(listener: () => void): () => void;
  close(): Promise<void>;
}
