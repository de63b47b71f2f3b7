import { transitionTo } from '../domain/decide.ts';
import { isSandboxError, SandboxError } from '../domain/errors.ts';
import { newSandbox } from '../domain/new-sandbox.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import type { NormalisedStart } from '../domain/spec.ts';
import type { TakenSlot } from '../ports/slot-source.ts';
import { requireEngineFor } from './accept-wish.ts';
import { admissionWait } from './admission-wait.ts';
import type { Caller } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import { idempotencyRecord } from './idempotency.ts';
import { quotaExceeded, type Wait } from './lifecycle-call.ts';
import type { StartRequest } from './start-request.ts';

/** A start whose row is durable. */
export interface WrittenStart {
  readonly outcome: 'written';
  readonly row: Sandbox;
  /** What it got from the pool. */
  readonly slot: TakenSlot | null;
  readonly takenAtMs: number;
  /** Stage -> milliseconds. */
  readonly stages: Readonly<Record<string, number>>;
}

/** A repeat came first: what it started is found by its key. */
export type KeyTaken = { readonly outcome: 'idempotency_key_taken' | 'reuse_key_taken' };

interface Asked {
  readonly caller: Caller;
  readonly request: StartRequest;
  readonly start: NormalisedStart;
}

/**
 * Commit A: the sandbox is the caller's from here on. A slot of the pool where one is ready, else a row of its own.
 * Throws when there is no room, no engine, or no quota: then nothing was written and a slot is back where it was.
 */
export async function writeStart(deps: OperationDeps, asked: Asked, wait: Wait): Promise<WrittenStart | KeyTaken> {
  let mayTake = asked.request.wish.id === undefined;
  for (;;) {
    const takenAtMs = deps.clock.monotonicMs();
    const slot = mayTake ? deps.slots.take(asked.start) : undefined;
    // Whoever stands in line for room holds no slot: the room of slots is what those in line are given.
    const inLine = slot === undefined ? wait : { ...wait, seconds: 0 };
    const id = slot?.id ?? asked.request.wish.id ?? deps.ids.sandboxId();
    let written: Awaited<ReturnType<typeof claim>> | Awaited<ReturnType<typeof create>>;
    let admittedAtMs = takenAtMs;
    try {
      await requireEngineFor(deps, asked.start, slot !== undefined);
      const { memoryMb } = asked.start.resources;
      await deps.capacity.admit({ sandboxId: id, tenant: asked.caller.tenant, memoryMb }, admissionWait(inLine));
      admittedAtMs = deps.clock.monotonicMs();
      written = slot === undefined ? await create(deps, asked, id) : await claim(deps, asked, slot);
    } catch (error) {
      deps.capacity.release(id);
      if (slot === undefined) throw error;
      deps.slots.putBack(slot);
      if (wait.seconds === 0 || !isSandboxError(error, 'capacity_exhausted')) throw error;
      mayTake = false;
      continue;
    }
    const writtenAtMs = deps.clock.monotonicMs();
    if (written.outcome === 'written') {
      const stages = stagesOf({ isClaim: slot !== undefined, takenAtMs, admittedAtMs, writtenAtMs });
      return { outcome: 'written', row: written.row, slot: slot ?? null, takenAtMs, stages };
    }
    deps.capacity.release(id);
    if (written.outcome === 'moved') {
      if (slot !== undefined) deps.slots.discard(slot, writtenAtMs - takenAtMs);
      continue;
    }
    if (slot !== undefined) deps.slots.putBack(slot);
    if (written.outcome === 'quota_exceeded') throw quotaExceeded(written.bound, asked.caller.quota, written.usage);
    if (written.outcome === 'id_taken') throw idTaken(id);
    return { outcome: written.outcome };
  }
}

async function claim(deps: OperationDeps, { caller, request, start }: Asked, { id }: TakenSlot) {
  const { keyId: ownerKeyId, tenant, quota } = caller;
  const { reuseKey = null } = request;
  const claimed = { type: 'CLAIMED', tenant, ownerKeyId, reuseKey, start } as const;
  const applied = await deps.reconciler.applyEvent(id, claimed, {
    actor: ownerKeyId,
    forState: 'warm',
    quota: { tenant, quota },
    idempotency: idempotencyRecord(caller, request, id, deps.clock.nowMs()),
  });
  if (applied.outcome === 'accepted') return { outcome: 'written', row: applied.row } as const;
  const isMoved = applied.outcome === 'refused' || applied.outcome === 'unknown_sandbox';
  return isMoved ? ({ outcome: 'moved' } as const) : applied;
}

async function create(deps: OperationDeps, { caller, request, start }: Asked, id: string) {
  const atMs = deps.clock.nowMs();
  const { keyId: ownerKeyId, tenant } = caller;
  const who = { id, tenant, ownerKeyId, reuseKey: request.reuseKey ?? null, engine: deps.runtime.engine, atMs };
  const row = newSandbox(who, start, deps.policy);
  const created = await deps.store.create({
    row,
    transition: transitionTo(row, null, 'START_REQUESTED', { atMs, actor: ownerKeyId }),
    idempotency: idempotencyRecord(caller, request, id, atMs),
    quota: { tenant, quota: caller.quota },
  });
  if (created.outcome !== 'created') return created;
  await deps.reconciler.followCommit(created.row, created.transition);
  return { outcome: 'written', row: created.row } as const;
}

function stagesOf(at: {
  readonly isClaim: boolean;
  readonly takenAtMs: number;
  readonly admittedAtMs: number;
  readonly writtenAtMs: number;
}): Readonly<Record<string, number>> {
  const admit = at.admittedAtMs - at.takenAtMs;
  const write = at.writtenAtMs - at.admittedAtMs;
  return { placement: admit, ...(at.isClaim ? { claim: write } : {}) };
}

function idTaken(id: string): SandboxError {
  return new SandboxError('conflict', `The id "${id}" is taken.`, {
    hint: 'Leave the id out to get a new one; an id is free again once its sandbox is purged.',
  });
}
