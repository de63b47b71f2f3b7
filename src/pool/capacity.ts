import type { AdmissionWish, Capacity, CapacityReason, CapacityStatus, MemoryPoint } from '../ports/capacity.ts';
import type { Clock } from '../ports/clock.ts';
import { admissionQueue } from './admission-queue.ts';
import { type AdmissionRulesDeps, admissionRules } from './admission-rules.ts';
import { capacityRefusal } from './capacity-refusal.ts';
import { type HoldingRow, memoryLedger, SLOT_MB } from './memory-ledger.ts';
import { type RoomWatchDeps, roomWatch } from './room-watch.ts';
import { type SlotEvictionDeps, slotEviction } from './slot-eviction.ts';

export interface CapacityDeps extends AdmissionRulesDeps, SlotEvictionDeps, RoomWatchDeps {
  readonly clock: Clock;
  readonly engine: string;
  readonly pressureStatus: () => CapacityStatus['pressure'];
  readonly disk: () => CapacityStatus['disk'];
  readonly history?: () => readonly MemoryPoint[];
  /** What a start reserves that asks for nothing, for `status().refuses`; 512 where not said. */
  readonly usualMb?: number;
}

export interface RunningCapacity extends Capacity {
  /** Every change of a row, and every row at the boot. */
  follow(row: HoldingRow): void;
  /** Pressure fell, the disk has space again, or the engine's memory has become known. */
  roomMayHaveAppeared(): void;
}

const USUAL_MB = 512;

export function capacity(deps: CapacityDeps): RunningCapacity {
  const ledger = memoryLedger();
  const rules = admissionRules(deps, ledger);
  const eviction = slotEviction(deps);
  const queue = admissionQueue({ clock: deps.clock, onLeft: () => serve() });
  const tryOne = (wish: AdmissionWish) => {
    if (rules.whyNot(wish) !== null) return false;
    ledger.hold(wish.sandboxId, wish.memoryMb);
    return true;
  };
  const serve = untilQuiet(() => {
    if (queue.size > 0) queue.serve(tryOne);
    if (queue.size > 0) eviction.ask(rules.lackMb(queue.waitingMb));
  });
  const watch = roomWatch(deps, () => queue.size > 0, serve);
  const status = () => ({
    engine: deps.engine,
    memoryMb: deps.memoryMb(),
    overcommit: deps.overcommit,
    reservedMb: ledger.reservedMb,
    waiting: queue.size,
    pressure: deps.pressureStatus(),
    disk: deps.disk(),
    refuses: rules.whyNot({ sandboxId: '', memoryMb: deps.usualMb ?? USUAL_MB }),
  });
  const refusal = (wish: AdmissionWish, reason: CapacityReason) =>
    capacityRefusal({ wish, reason, limitMb: rules.limitMb(), status: status() });
  return {
    async admit(wish, wait) {
      wait.signal?.throwIfAborted();
      if (queue.size === 0 && tryOne(wish)) return;
      if (wish.memoryMb > rules.limitMb()) throw refusal(wish, 'memory_reserved');
      if (queue.isFull(wish.tenant)) throw refusal(wish, 'queue_full');
      const outcome = queue.join(wish, wait);
      serve();
      watch();
      // Who would fit but stands behind another waits for memory all the same.
      if ((await outcome) === 'late') throw refusal(wish, rules.whyNot(wish) ?? 'memory_reserved');
    },
    hasRoomFor: (memoryMb) => queue.size === 0 && rules.whyNot({ sandboxId: '', memoryMb }) === null,
    release(sandboxId) {
      ledger.release(sandboxId);
      serve();
    },
    follow(row) {
      const beforeMb = ledger.heldBy(row.id);
      ledger.follow(row);
      const leftMb = beforeMb - ledger.heldBy(row.id);
      if (leftMb <= 0) return;
      if (leftMb === SLOT_MB) eviction.gaveBack(leftMb);
      serve();
    },
    roomMayHaveAppeared: serve,
    status,
    history: () => deps.history?.() ?? [],
  };
}

/** Called from within (an eviction may give back at once), it runs once more at the end. */
function untilQuiet(round: () => void): () => void {
  let isRunning = false;
  let isAsked = false;
  return () => {
    isAsked = true;
    if (isRunning) return;
    isRunning = true;
    try {
      while (isAsked) {
        isAsked = false;
        round();
      }
    } finally {
      isRunning = false;
    }
  };
}
