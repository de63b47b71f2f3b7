import { IDEMPOTENCY_WINDOW_MS } from '../domain/lifetime.ts';
import type { Clock } from '../ports/clock.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';

const PAGE = 200;

/** Removes tombstones whose retention is over, with their history, and forgets old idempotency keys. Returns how many. */
export async function purgeTombstones(deps: { readonly store: SandboxStore; readonly clock: Clock }): Promise<number> {
  const nowMs = deps.clock.nowMs();
  await deps.store.forgetIdempotency(nowMs - IDEMPOTENCY_WINDOW_MS);
  let purged = 0;
  for (;;) {
    const page = await deps.store.purgeable(nowMs, PAGE);
    let removed = 0;
    for (const id of page) if (await deps.store.purge(id)) removed += 1;
    purged += removed;
    if (page.length < PAGE || removed === 0) return purged;
  }
}
