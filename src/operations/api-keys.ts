import { createHash } from 'node:crypto';
import { SandboxError } from '../domain/errors.ts';
import type { Quota } from '../domain/limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { ApiKey, KeyStore, Role } from '../ports/key-store.ts';
import type { Caller } from './caller.ts';

export interface KeyDeps {
  readonly keys: KeyStore;
  readonly clock: Clock;
  readonly ids: Ids;
}

/** `e2b_` and 40 hex digits, so that every E2B SDK accepts it. */
const KEY_PATTERN = /^e2b_[0-9a-f]{40}$/;
const NO_QUOTA: Quota = { sandboxes: null, cpus: null, memoryMb: null };

export interface NewKey {
  readonly tenant: string;
  readonly role: Role;
  readonly name: string;
  readonly quota: Quota;
  readonly expiresAtMs: number | null;
}

export function newSecret({ ids }: Pick<KeyDeps, 'ids'>): string {
  return `e2b_${ids.hex(20)}`;
}

/** A new key. The secret is in the answer only: what is stored is its hash. Throws `conflict` for a secret in use. */
export async function createKey(
  deps: KeyDeps,
  wish: NewKey,
  secret = newSecret(deps),
): Promise<{ readonly key: ApiKey; readonly secret: string }> {
  const key: ApiKey = { ...wish, id: `key_${deps.ids.hex(8)}`, createdAtMs: deps.clock.nowMs(), revokedAtMs: null };
  if (await deps.keys.insert(key, hashOf(secret))) return { key, secret };
  throw new SandboxError('conflict', 'That key exists already.', { hint: 'Use it, or choose another.' });
}

export function listKeys(deps: KeyDeps): Promise<readonly ApiKey[]> {
  return deps.keys.list();
}

/** From now on the key is refused; revoking twice keeps the first instant. Throws `not_found`. */
export async function revokeKey(deps: KeyDeps, id: string): Promise<ApiKey> {
  const key = await deps.keys.revoke(id, deps.clock.nowMs());
  if (key !== undefined) return key;
  throw new SandboxError('not_found', `There is no key "${id}".`, {
    hint: 'GET /v1/admin/keys lists them.',
    details: { resource: 'key' },
  });
}

/** Whose key it is. Throws `unauthenticated` for an unknown, expired or revoked one. */
export async function authenticate(deps: KeyDeps, secret: string | undefined): Promise<Caller> {
  if (secret === undefined || secret === '') throw unauthenticated('This call needs an API key.');
  const key = await deps.keys.findByHash(hashOf(secret));
  if (key === undefined) throw unauthenticated('The API key is not known here.');
  if (key.revokedAtMs !== null) throw unauthenticated('The API key was revoked.');
  if (key.expiresAtMs !== null && key.expiresAtMs <= deps.clock.nowMs())
    throw unauthenticated('The API key has expired.');
  return { keyId: key.id, tenant: key.tenant, role: key.role, quota: key.quota };
}

function unauthenticated(message: string): SandboxError {
  return new SandboxError('unauthenticated', message, {
    hint: 'Send it as X-API-Key or as Authorization: Bearer; `sandglass keys` makes one.',
  });
}

/** An admin of the tenant `default`: what the first key of an installation is. */
export function adminKey(name: string): NewKey {
  return { tenant: 'default', role: 'admin', name, quota: NO_QUOTA, expiresAtMs: null };
}

/** Takes a key given by configuration; known already is done. Throws `invalid_request` when it has another form. */
export async function acceptGivenKey(deps: KeyDeps, secret: string): Promise<void> {
  if (!KEY_PATTERN.test(secret)) {
    throw new SandboxError('invalid_request', 'SANDGLASS_ADMIN_KEY must be e2b_ followed by 40 hex digits.');
  }
  if ((await deps.keys.findByHash(hashOf(secret))) === undefined) {
    await createKey(deps, adminKey('SANDGLASS_ADMIN_KEY'), secret);
  }
}

export async function hasUsableKey(deps: KeyDeps): Promise<boolean> {
  const nowMs = deps.clock.nowMs();
  const keys = await deps.keys.list();
  return keys.some((key) => key.revokedAtMs === null && (key.expiresAtMs === null || key.expiresAtMs > nowMs));
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
