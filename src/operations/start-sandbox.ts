import { createHash } from 'node:crypto';
import { transitionTo } from '../domain/decide.ts';
import { SandboxError } from '../domain/errors.ts';
import { IDEMPOTENCY_WINDOW_MS } from '../domain/lifetime.ts';
import { checkLimits } from '../domain/limits.ts';
import { newSandbox } from '../domain/new-sandbox.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import { type NormalisedStart, normaliseStart, type StartWish } from '../domain/spec.ts';
import type { Template } from '../domain/template.ts';
import type { CreateOutcome, IdempotencyRecord } from '../ports/sandbox-store.ts';
import type { Caller } from './caller.ts';
import { requireCapability, requireRuntime } from './capability.ts';
import type { OperationDeps } from './deps.ts';
import { type CallOutcome, gone, quotaExceeded, settle, type Wait } from './lifecycle-call.ts';
import { isStartSettled, throwUnlessStarted } from './settled.ts';

export interface StartRequest {
  readonly wish: StartWish;
  readonly idempotencyKey: string | null;
}

const START = { isSettled: (row: Sandbox | undefined, asked: Sandbox) => isStartSettled(row, asked.incarnation) };

/** Starts a sandbox, or finds the one that the same idempotency key has started before. */
export async function startSandbox(
  deps: OperationDeps,
  caller: Caller,
  request: StartRequest,
  wait: Wait,
): Promise<CallOutcome> {
  const before = await findRepeated(deps, caller, request);
  if (before !== undefined) return joinStart(deps, before, wait);
  const start = await acceptWish(deps, caller, request.wish);
  const id = request.wish.id ?? deps.ids.sandboxId();
  const created = await createRow(deps, caller, request, id, start);
  if (created === undefined) {
    const first = await findRepeated(deps, caller, request);
    if (first === undefined) throw idTaken(id);
    return joinStart(deps, first, wait);
  }
  await deps.reconciler.followCommit(created.row, created.transition);
  const outcome = await settle(deps, created.row, START, wait, deps.reconciler.drive(id));
  if (outcome.isSettled) throwUnlessStarted(outcome.row, created.row.incarnation);
  return outcome;
}

/** A repeat joins the first while it runs, then tells how the sandbox is now. */
async function joinStart(deps: OperationDeps, first: Sandbox, wait: Wait): Promise<CallOutcome> {
  if (first.state === 'deleted') throw gone(first);
  const outcome = await settle(deps, first, START, wait, undefined);
  if (outcome.isSettled && outcome.row.state === 'deleted') throw gone(outcome.row);
  const isFailed = outcome.row.reason?.code === 'start_failed' || outcome.row.reason?.code === 'name_conflict';
  if (outcome.isSettled && isFailed) throwUnlessStarted(outcome.row, outcome.row.incarnation);
  return outcome;
}

async function findRepeated(deps: OperationDeps, caller: Caller, request: StartRequest): Promise<Sandbox | undefined> {
  if (request.idempotencyKey === null) return undefined;
  const notBeforeMs = deps.clock.nowMs() - IDEMPOTENCY_WINDOW_MS;
  const record = await deps.store.findIdempotency(caller.tenant, request.idempotencyKey, notBeforeMs);
  if (record === undefined) return undefined;
  if (record.requestHash !== requestHash(request.wish)) {
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

async function acceptWish(deps: OperationDeps, caller: Caller, wish: StartWish): Promise<NormalisedStart> {
  const template = wish.image === undefined ? findTemplate(deps, wish.template ?? 'base') : null;
  if (wish.image !== undefined) requireAllowedImage(deps, caller, wish.image);
  const start = normaliseStart(wish, template, deps.startDefaults);
  checkLimits({ ...start, env: start.spec.env }, deps.limits);
  await deps.reconciler.requireEngine();
  await requireRuntime(deps, start.runtime);
  if (start.lifetime.onTimeout === 'pause') await requireCapability(deps, start.runtime, 'pause');
  return start;
}

function findTemplate(deps: OperationDeps, name: string): Template {
  const template = deps.templates.find(name);
  if (template !== undefined) return template;
  throw new SandboxError('not_found', `There is no template "${name}".`, {
    hint: 'GET /v1/templates lists them.',
    details: { resource: 'template' },
  });
}

function requireAllowedImage(deps: OperationDeps, caller: Caller, image: string): void {
  if (caller.role === 'admin') return;
  if (deps.templates.list().some((template) => template.image === image)) return;
  if (deps.allowedImages.some((pattern) => matches(pattern, image))) return;
  throw new SandboxError('forbidden', `The image "${image}" may not be started with this key.`, {
    hint: 'Use a template, or ask an administrator to allow the image (SANDGLASS_IMAGES).',
  });
}

function matches(pattern: string, image: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(image);
}

async function createRow(
  deps: OperationDeps,
  caller: Caller,
  request: StartRequest,
  id: string,
  start: NormalisedStart,
): Promise<Extract<CreateOutcome, { outcome: 'created' }> | undefined> {
  const atMs = deps.clock.nowMs();
  const who = { id, tenant: caller.tenant, ownerKeyId: caller.keyId, engine: deps.runtime.engine, atMs };
  const row = newSandbox(who, start, deps.policy);
  const created = await deps.store.create({
    row,
    transition: transitionTo(row, null, 'START_REQUESTED', { atMs, actor: caller.keyId }),
    idempotency: idempotencyRecord(caller, request, id, atMs),
    quota: { tenant: caller.tenant, quota: caller.quota },
  });
  if (created.outcome === 'quota_exceeded') throw quotaExceeded(created.bound, caller.quota, created.usage);
  if (created.outcome === 'id_taken') throw idTaken(id);
  return created.outcome === 'created' ? created : undefined;
}

function idempotencyRecord(caller: Caller, request: StartRequest, id: string, atMs: number): IdempotencyRecord | null {
  if (request.idempotencyKey === null) return null;
  const { idempotencyKey: key, wish } = request;
  return { tenant: caller.tenant, key, requestHash: requestHash(wish), sandboxId: id, createdAtMs: atMs };
}

function idTaken(id: string): SandboxError {
  return new SandboxError('conflict', `The id "${id}" is taken.`, {
    hint: 'Leave the id out to get a new one; an id is free again once its sandbox is purged.',
  });
}

function requestHash(wish: StartWish): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(wish)))
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
