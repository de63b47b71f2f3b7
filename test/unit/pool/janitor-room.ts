import { type Janitor, type JanitorDeps, startJanitor } from '../../../src/pool/janitor.ts';
import { type IdleSlot, type JanitorSettings, janitorDefaults } from '../../../src/pool/janitor-policy.ts';
import { pressureWatch } from '../../../src/pool/pressure-watch.ts';
import { type ManualClock, manualClock } from '../../support/manual-clock.ts';

export interface Closing {
  readonly id: string;
  readonly signal: AbortSignal;
  /** Ends the close, and the slot is gone. */
  end(): Promise<void>;
  fail(error: Error): Promise<void>;
}

/** A janitor with a pool to look after: everything that it did, and everything that it sees. */
export interface JanitorRoom {
  readonly clock: ManualClock;
  readonly janitor: Janitor;
  /** What may be changed at any time. */
  readonly world: { ratio: number; isWaiting: boolean; slots: IdleSlot[] };
  /** Times of looks, monotonic milliseconds. */
  readonly looksAtMs: number[];
  /** Every close that was asked for, ended or not. */
  readonly closes: Closing[];
  readonly logged: { readonly level: string; readonly event: unknown; readonly fields: Record<string, unknown> }[];
  readonly reaped: string[];
  readonly asksToStop: number[];
  /** Moves time on in steps of a second, so that all that is due happens when it is due. */
  pass(ms: number): Promise<void>;
}

export function janitorRoom(
  over: Partial<JanitorDeps> & { readonly limits?: Partial<JanitorSettings> } = {},
): JanitorRoom {
  const { limits, ...others } = over;
  const clock = manualClock();
  const world: JanitorRoom['world'] = { ratio: 0, isWaiting: false, slots: [] };
  const room: Omit<JanitorRoom, 'janitor' | 'pass'> = {
    ...{ clock, world, looksAtMs: [], closes: [], logged: [], reaped: [], asksToStop: [] },
  };
  const log = (level: string) => (fields: object) => {
    const flat: Record<string, unknown> = { ...fields };
    room.logged.push({ level, event: flat['event'], fields: flat });
  };
  const read = () => {
    room.looksAtMs.push(clock.monotonicMs());
    const { ratio } = world;
    return { source: 'host', detail: '', usedBytes: ratio * 1_000, limitBytes: 1_000, ratio } as const;
  };
  // The clock leaves its listeners on the signal of each sleep; the janitor's own one sees thousands.
  const sleep = (ms: number, signal?: AbortSignal) => clock.sleep(ms, signal && AbortSignal.any([signal]));
  const janitor = startJanitor({
    clock: { ...clock, sleep },
    log: { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') },
    pressure: pressureWatch({ read, clock }),
    settings: { ...janitorDefaults, ...limits },
    idleSlots: () => world.slots,
    closeSlot: (id, signal) =>
      new Promise((resolve, reject) => {
        const gone = () => {
          world.slots = world.slots.filter((slot) => slot.id !== id);
          resolve();
        };
        room.closes.push({ id, signal, end: () => settle(gone), fail: (error) => settle(() => reject(error)) });
      }),
    hasWaiting: () => world.isWaiting,
    stopLongestPaused: async (count) => room.asksToStop.push(count),
    onReaped: (slot, why) => room.reaped.push(`${slot.id} ${why}`),
    ...others,
  });
  const pass = async (ms: number) => {
    for (let leftMs = ms; leftMs > 0; leftMs -= 1_000) await clock.advance(Math.min(1_000, leftMs));
  };
  return { ...room, janitor, pass };
}

/** A slot ready since before the clock began. */
export function slotOf(clock: ManualClock, id: string, over: Partial<IdleSlot> = {}): IdleSlot {
  const readySinceMs = clock.nowMs() - 3_600_000;
  return { id, signature: 'a'.repeat(64), tier: 'cold', readySinceMs, createdAtMs: readySinceMs, ...over };
}

/** Lets everything that follows happen. */
async function settle(act: () => void): Promise<void> {
  act();
  await new Promise((resolve) => setImmediate(resolve));
}
