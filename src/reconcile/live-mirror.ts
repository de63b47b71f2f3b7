import { errorMessage } from '../domain/errors.ts';
import type { Sandbox, SandboxState } from '../domain/sandbox.ts';
import { filterSandboxInfo, type SandboxInfo } from '../domain/sandbox-info.ts';
import { sandboxInfoOf } from '../domain/sandbox-info-of.ts';
import type { Log } from '../observe/logger.ts';
import type { LiveStore } from '../ports/live-store.ts';

/** States whose sandboxes have an entry in the live store. */
export const mirroredStates: readonly SandboxState[] = ['running', 'pausing', 'paused', 'resuming', 'stopping'];

/**
 * What a stop archives: the last live info with the final facts. Where the live store had none or could not be read
 * (undefined), the last snapshot and the row stand in, so that no field is lost.
 */
export function archiveLiveInfo(row: Sandbox, live: SandboxInfo | undefined): SandboxInfo {
  const known = sandboxInfoOf(row);
  const isOfThisRun = live !== undefined && live.incarnation === row.incarnation;
  const base = isOfThisRun ? { ...known, ...live } : { ...row.snapshot, ...known };
  return filterSandboxInfo({
    ...base,
    state: 'stopped',
    address: row.address ?? base.address,
    stopAtMs: base.stopAtMs ?? row.stopAtMs,
    lastActivityAtMs: latest(row.lastActivityAtMs, live?.lastActivityAtMs ?? null),
  });
}

/** What a start puts into the live store: the archived info of the run before, refreshed by what the row says now. */
export function restoreLiveInfo(row: Sandbox): SandboxInfo {
  return filterSandboxInfo({ ...row.snapshot, ...sandboxInfoOf(row) });
}

/** Brings the live store to what a committed row says. Never throws: the healer makes good what fails here. */
export async function mirrorToLive(
  deps: { readonly live: LiveStore; readonly log: Log },
  row: Sandbox,
  isNewRun: boolean,
): Promise<void> {
  try {
    if (!mirroredStates.includes(row.state)) {
      // A first start has nothing there yet.
      if (row.state !== 'pending') await deps.live.evict(row.id, row.incarnation);
      return;
    }
    if (isNewRun) {
      await deps.live.seed(restoreLiveInfo(row));
      return;
    }
    if (row.state === 'stopping') {
      // The last live info is what the stop archives.
      await deps.live.patch(row.id, row.incarnation, { state: row.state });
      return;
    }
    // The live store knows the last activity better than the row.
    const { lastActivityAtMs: _kept, ...change } = sandboxInfoOf(row);
    await deps.live.patch(row.id, row.incarnation, change);
  } catch (error) {
    deps.log.warn(
      { event: 'live.write_failed', sandboxId: row.id, error: errorMessage(error) },
      'live info not written',
    );
  }
}

function latest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
