import type { NormalisedStart } from '../domain/spec.ts';
import { quantile } from '../observe/quantile.ts';
import type { PoolStatus, SignatureStatus } from '../ports/pool-view.ts';
import { shortSignature } from './signature.ts';
import { type SlotGroup, targetOf, tierOf } from './slot-group.ts';
import type { HotSettings } from './use-window.ts';

export interface PoolStatusInput {
  readonly groups: Iterable<SlotGroup>;
  readonly hot: Pick<HotSettings, 'floor'>;
  readonly isOn: boolean;
  /** Floors of the configuration whose signature is not known yet: their images were not seen. */
  readonly unknownFloors: readonly NormalisedStart[];
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

export function poolStatus({ groups, hot, isOn, nowMs, unknownFloors }: PoolStatusInput): PoolStatus {
  const all = [...groups];
  const isLacking = (group: SlotGroup) => group.floor > 0 && group.ready.length < group.floor;
  return {
    isOn,
    signatures: all.filter((group) => isWorthShowing(group, hot)).map((group) => signatureStatus(group, hot, nowMs)),
    belowFloor: [
      ...unknownFloors.map(({ image, template }) => template ?? image),
      ...all.filter(isLacking).map(({ make, signature }) => make.template ?? shortSignature(signature)),
    ],
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
  return { p50: quantile(claimMs, 0.5), p99: quantile(claimMs, 0.99) };
}
