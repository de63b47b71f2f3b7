import type { AdmissionWait, AdmissionWish } from '../ports/capacity.ts';
import type { Clock } from '../ports/clock.ts';
import { isStarved, type Waiter, waitingLine } from './waiting-line.ts';

export interface AdmissionQueueDeps {
  readonly clock: Pick<Clock, 'sleep'>;
  /** How many of one tenant may wait; 100 where not said. */
  readonly perTenant?: number;
  /** One left without being served: whoever stood behind may fit. */
  readonly onLeft: () => void;
}

/** Who waits for room: first come first served within a tenant, round robin between tenants. */
export interface AdmissionQueue {
  readonly size: number;
  /** Of all who wait, MiB. */
  readonly waitingMb: number;
  isFull(tenant: string): boolean;
  /** Waits to be served until the time is over; rejects with the signal's reason. Whoever has left leaves nothing behind. */
  join(wish: AdmissionWish, wait: AdmissionWait): Promise<'served' | 'late'>;
  /**
   * Room may have appeared: goes round the tenants until nobody fits. One that does not fit holds up its own tenant
   * alone, but once others have passed it over more than 20 times, it gets the next room for itself.
   */
  serve(tryOne: (wish: AdmissionWish) => boolean): void;
}

const PER_TENANT = 100;

export function admissionQueue({ clock, onLeft, perTenant = PER_TENANT }: AdmissionQueueDeps): AdmissionQueue {
  const line = waitingLine();
  return {
    get size() {
      return line.size;
    },
    get waitingMb() {
      return line.waitingMb;
    },
    isFull: (tenant) => line.countOf(tenant) >= perTenant,
    join: (wish, { waitMs, signal }) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const over = new AbortController();
        const leave = () => {
          line.remove(waiter);
          over.abort();
        };
        const giveUp = (settle: () => void) => {
          if (over.signal.aborted) return;
          leave();
          settle();
          onLeft();
        };
        const serve = () => {
          leave();
          line.moveToEnd(wish.tenant);
          resolve('served');
        };
        const waiter: Waiter = { wish, passedOver: 0, serve };
        line.add(waiter);
        signal?.addEventListener('abort', () => giveUp(() => reject(signal.reason)), { signal: over.signal });
        const late = waitMs > 0 ? clock.sleep(waitMs, over.signal) : Promise.resolve();
        late.then(
          () => giveUp(() => resolve('late')),
          () => undefined,
        );
      }),
    serve(tryOne) {
      for (let first = line.starved(); first !== undefined; first = line.starved()) {
        if (!tryOne(first.wish)) return;
        first.serve();
      }
      const passed: Waiter[] = [];
      for (const first of line.firsts()) {
        if (tryOne(first.wish)) {
          first.serve();
          for (const other of passed) other.passedOver += 1;
          if (passed.some(isStarved)) return;
        } else passed.push(first);
      }
    },
  };
}
