import { SandboxError } from '../domain/errors.ts';
import { checkLimits } from '../domain/limits.ts';
import { applyPatch, canPatch, type SandboxPatch } from '../domain/patch.ts';
import { type Sandbox, type SandboxState, sameLimits } from '../domain/sandbox.ts';
import { type Caller, getVisible } from './caller.ts';
import { requireCapability } from './capability.ts';
import type { OperationDeps } from './deps.ts';
import { conflict, gone, quotaExceeded } from './lifecycle-call.ts';

const MOST_ATTEMPTS = 5;
const HAVE_CONTAINERS_UP: readonly SandboxState[] = ['running', 'pausing', 'paused', 'resuming'];

/**
 * Changes lifetime, labels or resources. Resources of a live sandbox change at once, or the change is taken back; while
 * it starts they are part of the start, which fails where the engine refuses them.
 * `isWanted` is asked of the very row that would be changed: where it says no, that row is the answer.
 */
export async function patchSandbox(
  deps: OperationDeps,
  caller: Caller,
  id: string,
  patch: SandboxPatch,
  isWanted: (row: Sandbox) => boolean = () => true,
): Promise<Sandbox> {
  for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
    const row = await getVisible(deps.store, caller, id);
    if (!isWanted(row)) return row;
    if (row.state === 'deleted') throw gone(row);
    if (!canPatch(row)) throw conflict(deps, row, { name: 'PATCH' });
    const next = applyPatch(row, patch, deps.clock.nowMs(), deps.policy);
    checkLimits(next, deps.limits);
    if (patch.lifetime.onTimeout === 'pause') await requireCapability(deps, row.runtime, 'pause');
    if (await write(deps, caller, row, next)) {
      if (isResized(row, next)) await resize(deps, row, next);
      return next;
    }
  }
  throw new SandboxError('conflict', `Sandbox ${id} is changing too fast.`, { hint: 'Try again in a moment.' });
}

async function write(deps: OperationDeps, caller: Caller, row: Sandbox, next: Sandbox): Promise<boolean> {
  const quota = row.tenant === null ? null : { tenant: row.tenant, quota: caller.quota };
  const changed = await deps.store.replace({ next, expectedVersion: row.version, transition: null, quota });
  if (changed.outcome === 'quota_exceeded') throw quotaExceeded(changed.bound, caller.quota, changed.usage);
  if (changed.outcome === 'version_moved') return false;
  await deps.reconciler.followCommit(next, null);
  return true;
}

function isResized(row: Sandbox, next: Sandbox): boolean {
  return HAVE_CONTAINERS_UP.includes(row.state) && !sameLimits(row.resources, next.resources);
}

/** What the engine refuses is taken back in the row, so that it never claims limits that are not there. */
async function resize(deps: OperationDeps, row: Sandbox, next: Sandbox): Promise<void> {
  if (next.containerId === null) return;
  try {
    await deps.runtime.update(next.containerId, next.resources);
  } catch (error) {
    const present = await deps.store.find(row.id);
    if (present !== undefined) {
      const undone = { ...present, resources: row.resources, version: present.version + 1 };
      await deps.store.replace({ next: undone, expectedVersion: present.version, transition: null });
      await deps.reconciler.followCommit(undone, null);
    }
    throw error;
  }
}
