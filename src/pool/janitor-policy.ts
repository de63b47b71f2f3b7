import type { SlotTier } from '../ports/slot-source.ts';
import type { MemoryReading } from './memory-pressure.ts';

/** A warm container that waits to be claimed. */
export interface IdleSlot {
  readonly id: string;
  readonly signature: string;
  readonly tier: SlotTier;
  /** Epoch milliseconds. */
  readonly readySinceMs: number;
  /** Epoch milliseconds. */
  readonly createdAtMs: number;
}

/** How often memory is looked at, and how long slots of a tier may wait to be claimed; all milliseconds. */
export interface JanitorPace {
  readonly everyMs: number;
  readonly ttlMs: { readonly cold: number; readonly hot: number };
}

export interface JanitorSettings {
  readonly calm: JanitorPace;
  /** Where more than `aboveRatio` (0 to 1) of memory is used; the highest first. */
  readonly pressed: readonly (JanitorPace & { readonly aboveRatio: number })[];
  /** Between looks while a create waits or memory grows; also before the first look. */
  readonly urgentEveryMs: number;
  /** Part of the limit, 0 to 1, that memory grows by between two looks before the next one is urgent. */
  readonly growthRatio: number;
  /** Age at which a slot of any tier is closed. */
  readonly maxAgeMs: number;
  /** How many of the longest paused sandboxes are stopped in a pass above a ratio; the highest first. */
  readonly stopPaused: readonly { readonly aboveRatio: number; readonly count: number }[];
  /** Closes under way at a time. */
  readonly closeConcurrency: number;
  /** After this long a close has no place of its own any more. */
  readonly closeTimeoutMs: number;
}

export const janitorDefaults: JanitorSettings = {
  calm: { everyMs: 60_000, ttlMs: { cold: 300_000, hot: 600_000 } },
  pressed: [
    { aboveRatio: 0.8, everyMs: 10_000, ttlMs: { cold: 30_000, hot: 120_000 } },
    { aboveRatio: 0.6, everyMs: 30_000, ttlMs: { cold: 60_000, hot: 300_000 } },
  ],
  urgentEveryMs: 1_000,
  growthRatio: 0.05,
  maxAgeMs: 6 * 3_600_000,
  stopPaused: [
    { aboveRatio: 0.9, count: 2 },
    { aboveRatio: 0.8, count: 1 },
  ],
  closeConcurrency: 4,
  closeTimeoutMs: 10_000,
};

export interface JanitorPolicy extends JanitorPace {
  /** What the TTL would be without pressure. */
  readonly calmTtlMs: JanitorPace['ttlMs'];
  readonly maxAgeMs: number;
}

/** What holds while `ratio` (0 to 1) of memory is used. */
export function policyFor(ratio: number, settings: JanitorSettings): JanitorPolicy {
  const { calm, pressed, maxAgeMs } = settings;
  const { everyMs, ttlMs } = pressed.find(({ aboveRatio }) => ratio > aboveRatio) ?? calm;
  return { everyMs, ttlMs, calmTtlMs: calm.ttlMs, maxAgeMs };
}

/** How many paused sandboxes to stop in one pass while `ratio` (0 to 1) of memory is used. */
export function pausedToStop(ratio: number, settings: JanitorSettings): number {
  return settings.stopPaused.find(({ aboveRatio }) => ratio > aboveRatio)?.count ?? 0;
}

export interface LookedAt {
  readonly now: MemoryReading;
  /** The look before; undefined for the first. */
  readonly before: MemoryReading | undefined;
  /** Whether a create waits for room. */
  readonly hasWaiting: boolean;
}

/** Milliseconds from this look to the next. */
export function nextLookMs({ now, before, hasWaiting }: LookedAt, settings: JanitorSettings): number {
  const { everyMs } = policyFor(now.ratio, settings);
  const grownBytes = before === undefined ? 0 : now.usedBytes - before.usedBytes;
  const isUrgent = hasWaiting || grownBytes > settings.growthRatio * now.limitBytes;
  return isUrgent ? Math.min(settings.urgentEveryMs, everyMs) : everyMs;
}

/** `idle`: nobody claimed it in time. `pressure`: nobody did in the shorter time of now. `age`: it is too old for anybody. */
export type ReapReason = 'idle' | 'age' | 'pressure';

export interface Reap {
  readonly slot: IdleSlot;
  readonly why: ReapReason;
}

export interface Moment {
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** Slots whose close has begun and not ended. */
  readonly closing: readonly IdleSlot[];
  /** Whether permanent slots may go by their age now. */
  readonly mayRecycleFloors: boolean;
}

const TIER_ORDER: Record<SlotTier, number> = { cold: 0, hot: 1, permanent: 2 };

/**
 * The slots to close, in this order: cold before hot before permanent, those ready longest first. A permanent one goes by
 * age only, and one of a signature at a time, so that its floor is never emptied.
 */
export function toClose(slots: readonly IdleSlot[], policy: JanitorPolicy, moment: Moment): readonly Reap[] {
  const closing = new Set(moment.closing.map(({ id }) => id));
  const recycling = new Set(moment.closing.filter(({ tier }) => tier === 'permanent').map((slot) => slot.signature));
  const reaps: Reap[] = [];
  for (const slot of [...slots].sort(inOrder)) {
    const why = closing.has(slot.id) ? undefined : reasonToClose(slot, policy, moment.nowMs);
    if (why === undefined) continue;
    if (slot.tier === 'permanent') {
      if (!moment.mayRecycleFloors || recycling.has(slot.signature)) continue;
      recycling.add(slot.signature);
    }
    reaps.push({ slot, why });
  }
  return reaps;
}

function inOrder(one: IdleSlot, other: IdleSlot): number {
  return TIER_ORDER[one.tier] - TIER_ORDER[other.tier] || one.readySinceMs - other.readySinceMs;
}

function reasonToClose(slot: IdleSlot, policy: JanitorPolicy, nowMs: number): ReapReason | undefined {
  const { tier, readySinceMs, createdAtMs } = slot;
  const idleMs = nowMs - readySinceMs;
  if (tier !== 'permanent' && idleMs >= policy.calmTtlMs[tier]) return 'idle';
  if (nowMs - createdAtMs >= policy.maxAgeMs) return 'age';
  return tier !== 'permanent' && idleMs >= policy.ttlMs[tier] ? 'pressure' : undefined;
}
