import { SandboxError } from '../domain/errors.ts';
import { authenticate, type KeyDeps } from './api-keys.ts';
import type { Caller } from './caller.ts';

const LIFE_MS = 30_000;
const MOST_TICKETS = 10_000;

/** One-time stand-ins for a key, for those who can send no header. */
export interface Tickets {
  /** Good once, for 30 s, for as long as its key is; the oldest of 10,000 gives way. */
  make(secret: string): { readonly ticket: string; readonly expiresAtMs: number };
  /** Whose it is. Throws `unauthenticated` for one that is unknown, used or too old. */
  redeem(ticket: string): Promise<Caller>;
}

/** They live in memory: a service that ends takes them along. */
export function tickets(deps: KeyDeps): Tickets {
  const kept = new Map<string, { readonly secret: string; readonly expiresAtMs: number }>();
  const forgetOld = () => {
    for (const [ticket, { expiresAtMs }] of kept) {
      // They were kept in the order of their ends.
      if (expiresAtMs > deps.clock.nowMs() && kept.size <= MOST_TICKETS) return;
      kept.delete(ticket);
    }
  };
  return {
    make(secret) {
      forgetOld();
      const ticket = `tkt_${deps.ids.hex(24)}`;
      const expiresAtMs = deps.clock.nowMs() + LIFE_MS;
      kept.set(ticket, { secret, expiresAtMs });
      return { ticket, expiresAtMs };
    },
    async redeem(ticket) {
      const found = kept.get(ticket);
      kept.delete(ticket);
      if (found !== undefined && found.expiresAtMs > deps.clock.nowMs()) return authenticate(deps, found.secret);
      throw new SandboxError('unauthenticated', 'The ticket is not known, was used, or is too old.', {
        hint: 'POST /v1/tickets makes one; it is good once, for 30 seconds.',
      });
    },
  };
}
