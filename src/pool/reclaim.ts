import type { SandboxEvent } from '../domain/events.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';

export interface ReclaimDeps {
  readonly store: Pick<SandboxStore, 'inStates' | 'find'>;
  /** Of the reconciler. */
  readonly lifecycle: {
    applyEvent(
      id: string,
      event: SandboxEvent,
      options: { readonly actor: string },
    ): Promise<{ readonly outcome: string }>;
    drive(id: string): Promise<unknown>;
    driveSoon(id: string): void;
  };
}

/** Ends sandboxes when the machine runs short. */
export interface Reclaim {
  /** How many it began to stop: those paused longest first, reason `expired`. */
  stopLongestPaused(count: number): Promise<number>;
  /** Stops it with the reason `disk_full`; comes back when that is done. */
  stopForDisk(id: string, message: string): Promise<void>;
}

const MOST_PAUSED = 1_000;

export function reclaim({ store, lifecycle }: ReclaimDeps): Reclaim {
  const isAccepted = async (id: string, event: SandboxEvent) =>
    (await lifecycle.applyEvent(id, event, { actor: 'system' })).outcome === 'accepted';
  return {
    async stopLongestPaused(count) {
      const standing = await store.inStates(['paused'], null, MOST_PAUSED);
      const rows = await Promise.all(standing.map(({ id }) => store.find(id)));
      const paused = rows.filter((row): row is Sandbox => row?.state === 'paused');
      const longest = paused.sort((a, b) => (a.pausedAtMs ?? 0) - (b.pausedAtMs ?? 0)).slice(0, count);
      const message = 'It had been paused longest when memory ran short.';
      let stopped = 0;
      for (const { id } of longest) {
        if (!(await isAccepted(id, { type: 'RECLAIMED', code: 'expired', message }))) continue;
        lifecycle.driveSoon(id);
        stopped += 1;
      }
      return stopped;
    },
    async stopForDisk(id, message) {
      if (await isAccepted(id, { type: 'RECLAIMED', code: 'disk_full', message })) await lifecycle.drive(id);
    },
  };
}
