import { isLive, type Resources, type Sandbox, type SandboxState } from '../domain/sandbox.ts';

/** What a container that nobody owns yet reserves, MiB. */
export const SLOT_MB = 64;

export type HoldingRow = Pick<Sandbox, 'id' | 'state'> & { readonly resources: Pick<Resources, 'memoryMb'> };

/** Who holds how much of the engine's memory, MiB. Every call takes the same short time, however many there are. */
export interface MemoryLedger {
  /** The row as it is now. One that has begun a run takes over what was held for it. */
  follow(row: HoldingRow): void;
  /** Held for a row to come, once: holding again replaces it. Beside a row that is there the larger of both counts. */
  hold(id: string, mb: number): void;
  /** Gives back what `hold` put there and no row has taken over. */
  release(id: string): void;
  readonly reservedMb: number;
  heldBy(id: string): number;
}

/** In memory only: fed by every change of a row, and by all of them at the boot. */
export function memoryLedger(): MemoryLedger {
  const rows = new Map<string, number>();
  const holds = new Map<string, number>();
  let reservedMb = 0;
  const heldBy = (id: string) => Math.max(rows.get(id) ?? 0, holds.get(id) ?? 0);
  return {
    follow({ id, state, resources }) {
      const beforeMb = heldBy(id);
      const mb = reservedIn(state, resources.memoryMb);
      if (mb === 0) rows.delete(id);
      else rows.set(id, mb);
      if (takesOver(state)) holds.delete(id);
      reservedMb += heldBy(id) - beforeMb;
    },
    hold(id, mb) {
      const beforeMb = heldBy(id);
      holds.set(id, mb);
      reservedMb += heldBy(id) - beforeMb;
    },
    release(id) {
      const beforeMb = heldBy(id);
      holds.delete(id);
      reservedMb += heldBy(id) - beforeMb;
    },
    get reservedMb() {
      return reservedMb;
    },
    heldBy,
  };
}

function reservedIn(state: SandboxState, memoryMb: number): number {
  if (state === 'warming' || state === 'warm') return SLOT_MB;
  return isLive(state) ? memoryMb : 0;
}

/** News of the run before may come late: its end must not take what is held for the next one. */
function takesOver(state: SandboxState): boolean {
  return isLive(state) && state !== 'stopping';
}
