import { and, eq, isNull, lt } from 'drizzle-orm';
import type { AddressPool } from '../../../ports/sandbox-store.ts';
import type { SqliteDatabase } from './connection.ts';
import { addresses, addressRings } from './schema.ts';

export interface AddressTable {
  take(sandboxId: string, pool: AddressPool, nowMs: number): number | undefined;
  free(sandboxId: string, nowMs: number): void;
}

/** Addresses in ring order: the engine hands a freed one to the next container at once, we wait for the quarantine. */
export function addressTable(db: SqliteDatabase): AddressTable {
  const isTaken = (network: string, index: number) =>
    db
      .select({ index: addresses.index })
      .from(addresses)
      .where(and(eq(addresses.network, network), eq(addresses.index, index)))
      .get() !== undefined;
  const nextIndex = (pool: AddressPool) =>
    db.select().from(addressRings).where(eq(addressRings.network, pool.network)).get()?.nextIndex ?? pool.firstIndex;

  return {
    take(sandboxId, pool, nowMs) {
      const { network, size, quarantineMs } = pool;
      const isOld = lt(addresses.freedAtMs, nowMs - quarantineMs);
      db.delete(addresses)
        .where(and(eq(addresses.network, network), isOld))
        .run();
      const start = nextIndex(pool) % size;
      for (let step = 0; step < size; step += 1) {
        const index = (start + step) % size;
        if (isTaken(network, index)) continue;
        db.insert(addresses).values({ network, index, sandboxId, freedAtMs: null }).run();
        const following = { network, nextIndex: (index + 1) % size };
        db.insert(addressRings)
          .values(following)
          .onConflictDoUpdate({ target: addressRings.network, set: following })
          .run();
        return index;
      }
      return undefined;
    },
    free(sandboxId, nowMs) {
      const held = and(eq(addresses.sandboxId, sandboxId), isNull(addresses.freedAtMs));
      db.update(addresses).set({ freedAtMs: nowMs }).where(held).run();
    },
  };
}
