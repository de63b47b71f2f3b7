import type { NormalisedStart } from '../domain/spec.ts';
import type { SlotTier } from '../ports/slot-source.ts';
import { type HotSettings, type UseWindow, useWindow } from './use-window.ts';

/** A warm container, ready to be claimed. */
export interface ReadySlot {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly readySinceMs: number;
  /** Epoch milliseconds. */
  readonly createdAtMs: number;
}

/** All slots of one signature, and what is known of its use. */
export interface SlotGroup {
  readonly signature: string;
  /** What a slot of it is made with. */
  readonly make: NormalisedStart;
  /** Set by the configuration; 0 = none. */
  floor: number;
  isHot: boolean;
  readonly uses: UseWindow;
  /** Longest ready first. */
  readonly ready: ReadySlot[];
  readonly starting: Set<string>;
  hits: number;
  misses: number;
  discards: number;
  /** Of the last claims, milliseconds. */
  readonly claimMs: number[];
  /** Since its last start that succeeded. */
  failures: number;
  /** No start before that, by the monotonic clock. */
  notBeforeMs: number;
}

const CLAIMS_REMEMBERED = 200;
const FIRST_BACKOFF_MS = 1_000;
const LONGEST_BACKOFF_MS = 60_000;

export function slotGroup(signature: string, start: NormalisedStart, hot: HotSettings): SlotGroup {
  return {
    signature,
    make: asMade(start),
    ...{ floor: 0, isHot: false, uses: useWindow(hot), ready: [], starting: new Set() },
    ...{ hits: 0, misses: 0, discards: 0, claimMs: [], failures: 0, notBeforeMs: 0 },
  };
}

/** A slot is nobody's: what a claim brings is left out. */
function asMade(start: NormalisedStart): NormalisedStart {
  const spec = { ...start.spec, env: {}, user: null, workdir: null, command: null };
  return { ...start, labels: {}, spec };
}

export function tierOf({ floor, isHot }: SlotGroup): SlotTier {
  if (floor > 0) return 'permanent';
  return isHot ? 'hot' : 'cold';
}

/** How many slots it should have. */
export function targetOf(group: SlotGroup, hot: Pick<HotSettings, 'floor'>): number {
  return Math.max(group.floor, group.isHot ? hot.floor : 0);
}

export function missingIn(group: SlotGroup, hot: Pick<HotSettings, 'floor'>): number {
  return targetOf(group, hot) - group.ready.length - group.starting.size;
}

export function rememberClaim({ claimMs }: SlotGroup, durationMs: number): void {
  claimMs.push(durationMs);
  if (claimMs.length > CLAIMS_REMEMBERED) claimMs.shift();
}

export function rememberFailure(group: SlotGroup, nowMs: number): void {
  group.notBeforeMs = nowMs + Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** group.failures);
  group.failures += 1;
}
