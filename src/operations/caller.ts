import { SandboxError } from '../domain/errors.ts';
import type { Quota } from '../domain/limits.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import type { Role } from '../ports/key-store.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';

/** Who asks: an API key that was found, valid and not revoked. */
export interface Caller {
  readonly keyId: string;
  readonly tenant: string;
  readonly role: Role;
  readonly quota: Quota;
}

export function notFound(id: string): SandboxError {
  return new SandboxError('sandbox_not_found', `There is no sandbox "${id}".`, {
    hint: 'Ids are listed by GET /v1/sandboxes; a purged sandbox is forgotten.',
  });
}

/** The row when the caller may see it; another tenant's is as unknown as one that never was. */
export async function getVisible(store: SandboxStore, caller: Caller, id: string): Promise<Sandbox> {
  const row = await store.find(id);
  const isVisible = row?.tenant != null && (caller.role === 'admin' || row.tenant === caller.tenant);
  if (row === undefined || !isVisible) throw notFound(id);
  return row;
}

export function requireAdmin(caller: Caller): void {
  if (caller.role === 'admin') return;
  throw new SandboxError('forbidden', 'This call needs a key with the role admin.', {
    hint: 'Ask an administrator of this installation.',
  });
}
