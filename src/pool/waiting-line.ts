import type { AdmissionWish } from '../ports/capacity.ts';

export interface Waiter {
  readonly wish: AdmissionWish;
  /** How often one of another tenant was served after it had been tried in vain. */
  passedOver: number;
  readonly serve: () => void;
}

/** The tenants in the order of their turns, each with who waits, in the order of coming. */
export interface WaitingLine {
  readonly size: number;
  /** Of all who wait, MiB. */
  readonly waitingMb: number;
  countOf(tenant: string): number;
  add(waiter: Waiter): void;
  /** Calling twice is safe. */
  remove(waiter: Waiter): void;
  /** Its turn is over: all others come before its next. */
  moveToEnd(tenant: string): void;
  /** The first of each tenant, once; again where the tenant was moved to the end meanwhile. */
  firsts(): Iterable<Waiter>;
  /** The one that was passed over too often, in the order of turns. */
  starved(): Waiter | undefined;
}

const MOST_PASSED_OVER = 20;

export function waitingLine(): WaitingLine {
  const tenants = new Map<string, Set<Waiter>>();
  let size = 0;
  let waitingMb = 0;
  /** A Map goes on to what is put at its end meanwhile. */
  function* firsts(): Generator<Waiter> {
    for (const waiters of tenants.values()) {
      const [first] = waiters;
      if (first !== undefined) yield first;
    }
  }
  return {
    get size() {
      return size;
    },
    get waitingMb() {
      return waitingMb;
    },
    countOf: (tenant: string) => tenants.get(tenant)?.size ?? 0,
    add(waiter: Waiter) {
      const { tenant, memoryMb } = waiter.wish;
      const waiters = tenants.get(tenant) ?? new Set();
      tenants.set(tenant, waiters.add(waiter));
      size += 1;
      waitingMb += memoryMb;
    },
    remove(waiter: Waiter) {
      const { tenant, memoryMb } = waiter.wish;
      const waiters = tenants.get(tenant);
      if (!waiters?.delete(waiter)) return;
      if (waiters.size === 0) tenants.delete(tenant);
      size -= 1;
      waitingMb -= memoryMb;
    },
    moveToEnd(tenant: string) {
      const waiters = tenants.get(tenant);
      if (waiters === undefined) return;
      tenants.delete(tenant);
      tenants.set(tenant, waiters);
    },
    firsts,
    starved(): Waiter | undefined {
      for (const first of firsts()) if (isStarved(first)) return first;
      return undefined;
    },
  };
}

export function isStarved({ passedOver }: Pick<Waiter, 'passedOver'>): boolean {
  return passedOver > MOST_PASSED_OVER;
}
