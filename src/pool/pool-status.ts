import type { SlotTier } from '../ports/slot-source.ts';
import { shortSignature } from './signature.ts';
import { type SlotGroup, targetOf, tierOf } from './slot-group.ts';
import type { HotSettings } from './use-window.ts';

/** Slots of one signature. */
export interface SignatureStatus {
  /** The first 8 characters. */
  readonly signature: string;
  readonly tier: SlotTier;
  readonly image: string;
  readonly template: string | null;
  readonly runtime: string;
  readonly internet: boolean;
  readonly target: number;
  readonly ready: number;
  /** Starts under way. */
  readonly inStart: number;
  readonly hits: number;
  readonly misses: number;
  readonly discards: number;
  /** 0 to 1; null before the first claim. */
  readonly hitRate: number | null;
  /** Of the last 200 claims; null before the first. */
  readonly claimMs: { readonly p50: number; readonly p99: number } | null;
  /** Of the slot that has been ready longest; null where none is. */
  readonly oldestReadySeconds: number | null;
}

export interface PoolStatus {
  readonly isOn: boolean;
  readonly signatures: readonly SignatureStatus[];
  /** Those of the configuration that have less than their floor. */
  readonly belowFloor: readonly string[];
}

export interface PoolStatusInput {
  readonly groups: Iterable<SlotGroup>;
  readonly hot: Pick<HotSettings, 'floor'>;
  readonly isOn: boolean;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

export function poolStatus({ groups, hot, isOn, nowMs }: PoolStatusInput): PoolStatus {
  const all = [...groups];
  const isLacking = (group: SlotGroup) => group.floor > 0 && group.ready.length < group.floor;
  return {
    isOn,
    signatures: all.filter((group) => isWorthShowing(group, hot)).map((group) => signatureStatus(group, hot, nowMs)),
    belowFloor: all.filter(isLacking).map(({ make, signature }) => make.template ?? shortSignature(signature)),
  };
}

function isWorthShowing(group: SlotGroup, hot: Pick<HotSettings, 'floor'>): boolean {
  return targetOf(group, hot) + group.ready.length + group.starting.size + group.hits + group.misses > 0;
}

function signatureStatus(group: SlotGroup, hot: Pick<HotSettings, 'floor'>, nowMs: number): SignatureStatus {
  const { hits, make, misses, ready, starting } = group;
  const oldest = ready[0];
  return {
    signature: shortSignature(group.signature),
    tier: tierOf(group),
    image: make.image,
    template: make.template,
    runtime: make.runtime,
    internet: make.internet,
    target: targetOf(group, hot),
    ready: ready.length,
    inStart: starting.size,
    ...{ hits, misses, discards: group.discards },
    hitRate: hits + misses === 0 ? null : hits / (hits + misses),
    claimMs: quantiles(group.claimMs),
    oldestReadySeconds: oldest === undefined ? null : Math.max(0, nowMs - oldest.readySinceMs) / 1000,
  };
}

function quantiles(claimMs: readonly number[]): SignatureStatus['claimMs'] {
  if (claimMs.length === 0) return null;
  const sorted = [...claimMs].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return { p50: at(0.5), p99: at(0.99) };
}
