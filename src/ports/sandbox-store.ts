import type { DeadlineName } from '../domain/lifetime.ts';
import type { Quota, Usage } from '../domain/limits.ts';
import type { OverdueCounts } from '../domain/overdue.ts';
import type { RecordedTransition, Resources, Sandbox, SandboxState, Transition } from '../domain/sandbox.ts';

export interface QuotaCheck {
  readonly tenant: string;
  readonly quota: Quota;
}

export interface IdempotencyRecord {
  readonly tenant: string;
  readonly key: string;
  /** Hash of the request, so that the same key with another body is noticed. */
  readonly requestHash: string;
  readonly sandboxId: string;
  readonly createdAtMs: number;
}

export interface AddressPool {
  readonly network: 'open' | 'closed';
  /** Where this installation's ring starts. */
  readonly firstIndex: number;
  /** Number of addresses in the ring. */
  readonly size: number;
  readonly quarantineMs: number;
}

export interface SandboxCreation {
  readonly row: Sandbox;
  readonly transition: Transition;
  readonly idempotency: IdempotencyRecord | null;
  readonly quota: QuotaCheck | null;
}

/** What stands in the way of a new sandbox. */
export type Unwritten =
  | { readonly outcome: 'idempotency_key_taken' }
  /** Another sandbox of the tenant has the row's reuse key. */
  | { readonly outcome: 'reuse_key_taken' }
  | { readonly outcome: 'quota_exceeded'; readonly bound: keyof Quota; readonly usage: Usage };

export type CreateOutcome =
  | { readonly outcome: 'created'; readonly row: Sandbox; readonly transition: RecordedTransition | null }
  | { readonly outcome: 'id_taken' }
  | Unwritten;

export interface Replacement {
  readonly next: Sandbox;
  readonly expectedVersion: number;
  /** null for a change that is no transition (a PATCH). */
  readonly transition: Transition | null;
  /** Checked in the same transaction when the change makes a sandbox live again or larger. */
  readonly quota?: QuotaCheck | null;
  /** Written in the same transaction: a slot becomes what somebody asked for. */
  readonly idempotency?: IdempotencyRecord | null;
}

export type ReplaceOutcome =
  /** The transition is null where none was given, and for a slot's: those are not kept. */
  | { readonly outcome: 'replaced'; readonly transition: RecordedTransition | null }
  | { readonly outcome: 'version_moved' }
  | Unwritten;

export interface SandboxListQuery {
  /** null = all tenants. */
  readonly tenant: string | null;
  readonly states: readonly SandboxState[];
  readonly labels: Readonly<Record<string, string>>;
  readonly template: string | null;
  /** The template of that name, or the image of that name; left out = all. */
  readonly templateOrImage?: string | undefined;
  /** Started at this instant or later; one that has not started yet counts by its creation. */
  readonly startedFromMs?: number | undefined;
  /** Leaves out what cannot be had back at this instant: its container lost, or its deletion decided. */
  readonly keptAtMs?: number | undefined;
  readonly order: 'asc' | 'desc';
  readonly limit: number;
  /** Where the page before ended; null for the first page. */
  readonly after: { readonly createdAtMs: number; readonly id: string } | null;
}

/** Where a sandbox stands, without the rest of its row. */
export interface Standing {
  readonly id: string;
  readonly state: SandboxState;
}

/** Enough of a row to count its memory. */
export type MemoryShare = Pick<Sandbox, 'id' | 'state'> & { readonly resources: Pick<Resources, 'memoryMb'> };

/** The rows that are the truth, their history, and what must change in the same transaction. */
export interface SandboxStore {
  /** Writes row, history entry and idempotency record in one transaction, or nothing. */
  create(creation: SandboxCreation): Promise<CreateOutcome>;
  find(id: string): Promise<Sandbox | undefined>;
  /** Writes row and history entry in one transaction, only while the stored version is still `expectedVersion`. */
  replace(replacement: Replacement): Promise<ReplaceOutcome>;
  /** The tenant's sandbox with that reuse key that is not deleting or deleted. */
  findReusable(tenant: string, reuseKey: string): Promise<Sandbox | undefined>;
  /** Keyset pages by creation, stable under inserts. Pool slots never show. */
  list(query: SandboxListQuery): Promise<readonly Sandbox[]>;
  /**
   * Ids whose deadline has passed at `nowMs`, oldest first, in a state that the deadline can move: at most `limit` after
   * the first `skip` (those that a scan could not move and left behind).
   */
  due(deadline: DeadlineName, nowMs: number, limit: number, skip: number): Promise<readonly string[]>;
  /** Ids of tombstones to purge at `nowMs`, oldest first. */
  purgeable(nowMs: number, limit: number): Promise<readonly string[]>;
  /** Rows in any of `states`, by id, after `afterId`. */
  inStates(states: readonly SandboxState[], afterId: string | null, limit: number): Promise<readonly Standing[]>;
  /** What each row in any of `states` may use, all of them at once: for the ledger of a service that starts. */
  memoryOf(states: readonly SandboxState[]): Promise<readonly MemoryShare[]>;
  /** Distinct stored states: checked at boot, so that an unknown one is found before it is needed. */
  storedStates(): Promise<readonly string[]>;
  countByState(): Promise<Readonly<Partial<Record<SandboxState, number>>>>;
  /** Working sandboxes past their own deadline at `nowMs`, by state; at most 1,000 of each are counted. */
  countOverdue(nowMs: number): Promise<OverdueCounts>;
  /** Moves the last activity forward and the idle deadline with it, only in `running` and of this incarnation; no version, no history. */
  touch(id: string, incarnation: number, atMs: number): Promise<void>;
  /** Removes the row of a `deleted` sandbox with its history; false when it is not there or not deleted. */
  purge(id: string): Promise<boolean>;

  /** Entries of one sandbox after `afterNumber`, oldest first; the newest 1,000 are kept. */
  history(id: string, afterNumber: number, limit: number): Promise<readonly RecordedTransition[]>;
  /** Entries of all (or one tenant's, or one sandbox's) after `afterSeq`, oldest first. */
  transitionsAfter(
    afterSeq: number,
    filter: { readonly tenant: string | null; readonly sandboxId: string | null },
    limit: number,
  ): Promise<readonly RecordedTransition[]>;
  /** The newest `seq`; 0 when there is none. */
  lastSeq(): Promise<number>;

  /** Writes a record for a sandbox that is there already; false while its key has another one. */
  rememberIdempotency(record: IdempotencyRecord): Promise<boolean>;
  findIdempotency(tenant: string, key: string, notBeforeMs: number): Promise<IdempotencyRecord | undefined>;
  /** Forgets records made before `beforeMs`; returns how many. */
  forgetIdempotency(beforeMs: number): Promise<number>;

  /**
   * The next free address index of the ring for `sandboxId`: not held, and not freed within the quarantine.
   * undefined when the ring is full. Each call takes another one; freeAddress gives all of them back.
   */
  takeAddress(sandboxId: string, pool: AddressPool, nowMs: number): Promise<number | undefined>;
  /** Starts the quarantine of what the sandbox holds; nothing happens when it holds none. */
  freeAddress(sandboxId: string, nowMs: number): Promise<void>;

  close(): Promise<void>;
}
