import { transitionTo } from '../domain/decide.ts';
import { errorMessage } from '../domain/errors.ts';
import type { SandboxEvent } from '../domain/events.ts';
import { newSlot } from '../domain/new-sandbox.ts';
import type { RecordedTransition, Sandbox } from '../domain/sandbox.ts';
import type { Log } from '../observe/logger.ts';
import type { Capacity } from '../ports/capacity.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';
import { SLOT_MB } from './memory-ledger.ts';
import { shortSignature } from './signature.ts';
import type { SlotGroup } from './slot-group.ts';

/** What the pool needs of the lifecycle (reconcile/). */
export interface SlotLifecycle {
  followCommit(row: Sandbox, transition: RecordedTransition | null): Promise<void>;
  drive(id: string): Promise<unknown>;
  driveSoon(id: string): void;
  applyEvent(
    id: string,
    event: SandboxEvent,
    options: { readonly actor: string; readonly forState: 'warm' },
  ): Promise<{ readonly outcome: string }>;
}

export interface SlotStartDeps {
  readonly store: Pick<SandboxStore, 'create' | 'find'>;
  readonly lifecycle: SlotLifecycle;
  readonly capacity: Pick<Capacity, 'hasRoomFor'>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  /** The engine's name. */
  readonly engine: string;
  /** A start of this slot has begun. */
  readonly onBegun: (id: string, group: SlotGroup) => void;
  /** There is no row of it. */
  readonly onUnwritten: (id: string) => void;
}

/**
 * Makes one slot of a group: writes its row and drives it. True when its row is there; the feed tells what becomes of
 * it. False when there is no room, or it cannot be written now.
 */
export async function startSlot(deps: SlotStartDeps, group: SlotGroup): Promise<boolean> {
  const { clock, engine, lifecycle, log, store } = deps;
  // Room is for those who wait: a slot takes what nobody wants.
  if (!deps.capacity.hasRoomFor(SLOT_MB)) return false;
  const id = deps.ids.sandboxId();
  const atMs = clock.nowMs();
  const row = newSlot({ id, engine, atMs }, group.make);
  deps.onBegun(id, group);
  try {
    const transition = transitionTo(row, null, 'START_REQUESTED', { atMs, actor: 'system' });
    const created = await store.create({ row, transition, idempotency: null, quota: null });
    if (created.outcome !== 'created') throw new Error(`its row was not written: ${created.outcome}`);
  } catch (error) {
    deps.onUnwritten(id);
    const fields = { event: 'pool.not_started', signature: shortSignature(group.signature) };
    log.warn({ ...fields, error: errorMessage(error) }, 'a slot was not started');
    return false;
  }
  await lifecycle.followCommit(row, null);
  await lifecycle.drive(id);
  return true;
}
