import { createHash } from 'node:crypto';
import { SandboxError } from '../domain/errors.ts';
import { IDEMPOTENCY_WINDOW_MS } from '../domain/lifetime.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import type { IdempotencyRecord } from '../ports/sandbox-store.ts';
import type { Caller } from './caller.ts';
import type { OperationDeps } from './deps.ts';
import type { StartRequest } from './start-request.ts';

/** What the same idempotency key has started before; throws where the request was another one, or its sandbox is gone. */
export async function findRepeated(
  deps: OperationDeps,
  caller: Caller,
  request: StartRequest,
): Promise<Sandbox | undefined> {
  if (request.idempotencyKey === null) return undefined;
  const notBeforeMs = deps.clock.nowMs() - IDEMPOTENCY_WINDOW_MS;
  const record = await deps.store.findIdempotency(caller.tenant, request.idempotencyKey, notBeforeMs);
  if (record === undefined) return undefined;
  if (record.requestHash !== requestHash(request)) {
    throw new SandboxError('idempotency_mismatch', 'This idempotency key was used with another request.', {
      hint: 'Use a new key for a new request.',
    });
  }
  const row = await deps.store.find(record.sandboxId);
  if (row === undefined) {
    throw new SandboxError('gone', `Sandbox ${record.sandboxId} was deleted.`, { hint: 'Start one with a new key.' });
  }
  return row;
}

/** The request was answered with a sandbox that was there before. False when a repeat came first. */
export async function rememberFound(
  deps: OperationDeps,
  caller: Caller,
  request: StartRequest,
  sandboxId: string,
): Promise<boolean> {
  const record = idempotencyRecord(caller, request, sandboxId, deps.clock.nowMs());
  return record === null || deps.store.rememberIdempotency(record);
}

export function idempotencyRecord(
  caller: Caller,
  request: StartRequest,
  sandboxId: string,
  createdAtMs: number,
): IdempotencyRecord | null {
  if (request.idempotencyKey === null) return null;
  return {
    tenant: caller.tenant,
    key: request.idempotencyKey,
    requestHash: requestHash(request),
    sandboxId,
    createdAtMs,
  };
}

function requestHash({ wish, reuseKey = null }: StartRequest): string {
  const asked = reuseKey === null ? wish : { ...wish, reuseKey };
  return createHash('sha256')
    .update(JSON.stringify(sorted(asked)))
    .digest('hex');
}

/** The same value with the keys of every object in order, so that the order of writing does not matter. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}
