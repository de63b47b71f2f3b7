import { errorMessage } from '../domain/errors.ts';
import type { Log } from '../observe/logger.ts';
import type { LiveStore } from '../ports/live-store.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';
import type { KeyLock } from './key-lock.ts';
import { mirroredStates, restoreLiveInfo } from './live-mirror.ts';

export interface HealerDeps {
  readonly store: SandboxStore;
  readonly live: LiveStore;
  readonly log: Log;
  /** The lock under which commits are mirrored, so that healing never undoes a newer write. */
  readonly afterCommit: KeyLock;
  readonly onCorrection: (kind: string, sandboxId: string) => void;
}

const PAGE = 200;

/** Seeds what live rows lack and evicts what no live row owns. True when it could look at everything. */
export async function healLiveStore(deps: HealerDeps): Promise<boolean> {
  try {
    await seedMissing(deps);
    await evictStale(deps);
    return true;
  } catch (error) {
    deps.log.warn({ event: 'live.heal_failed', error: errorMessage(error) }, 'the live store could not be healed');
    return false;
  }
}

async function seedMissing(deps: HealerDeps): Promise<void> {
  let after: string | null = null;
  for (;;) {
    const page = await deps.store.inStates(mirroredStates, after, PAGE);
    for (const { id } of page) await seedWhenMissing(deps, id);
    after = page.at(-1)?.id ?? null;
    if (page.length < PAGE) return;
  }
}

async function seedWhenMissing(deps: HealerDeps, id: string): Promise<void> {
  await healWhere(deps, id, missingSeed, async ({ row, info }) => {
    if (info?.incarnation === row.incarnation) {
      await deps.live.patch(id, row.incarnation, { state: row.state });
      return;
    }
    await deps.live.seed(restoreLiveInfo(row));
    deps.onCorrection('live_seeded', id);
  });
}

async function missingSeed(deps: HealerDeps, id: string) {
  const row = await deps.store.find(id);
  if (row === undefined || !mirroredStates.includes(row.state)) return undefined;
  // Stopped before it ran: this run never had an entry.
  if (row.startedAtMs === null) return undefined;
  const info = await deps.live.get(id);
  return info?.incarnation === row.incarnation && info.state === row.state ? undefined : { row, info };
}

async function evictStale(deps: HealerDeps): Promise<void> {
  for await (const page of deps.live.ids()) {
    for (const id of page) {
      await healWhere(deps, id, staleEntry, async ({ row }) => {
        const isGone = await deps.live.evict(id, row?.incarnation ?? Number.MAX_SAFE_INTEGER);
        if (isGone) deps.onCorrection('live_evicted', id);
      });
    }
  }
}

async function staleEntry(deps: HealerDeps, id: string) {
  const row = await deps.store.find(id);
  const isOwned = row !== undefined && (mirroredStates.includes(row.state) || row.state === 'pending');
  return isOwned ? undefined : { row };
}

/**
 * Heals what is still wrong at a second look, behind whatever follows the commits of this moment: a commit whose mirror
 * waits for its turn is no difference, and would be counted as one.
 */
async function healWhere<Wrong>(
  deps: HealerDeps,
  id: string,
  look: (deps: HealerDeps, id: string) => Promise<Wrong | undefined>,
  heal: (wrong: Wrong) => Promise<void>,
): Promise<void> {
  if ((await look(deps, id)) === undefined) return;
  await deps.afterCommit.run(id, async () => {
    const wrong = await look(deps, id);
    if (wrong !== undefined) await heal(wrong);
  });
}

/** Writes the last activity that only the live store knows into SQL, so that losing the live store loses at most this. */
export async function flushActivity(deps: Pick<HealerDeps, 'store' | 'live' | 'log'>): Promise<void> {
  let after: string | null = null;
  try {
    for (;;) {
      const page = await deps.store.inStates(['running'], after, PAGE);
      for (const { id } of page) {
        const info = await deps.live.get(id);
        if (info?.lastActivityAtMs != null) await deps.store.touch(id, info.incarnation, info.lastActivityAtMs);
      }
      after = page.at(-1)?.id ?? null;
      if (page.length < PAGE) return;
    }
  } catch (error) {
    deps.log.warn({ event: 'live.flush_failed', error: errorMessage(error) }, 'last activity not flushed');
  }
}
