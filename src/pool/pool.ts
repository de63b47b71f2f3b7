import type { Sandbox } from '../domain/sandbox.ts';
import { isClaimed, isSlot } from '../domain/sandbox.ts';
import type { NormalisedStart } from '../domain/spec.ts';
import type { Change, ChangeFeed } from '../ports/change-feed.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { PoolView } from '../ports/pool-view.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';
import type { SlotSource, SlotTier } from '../ports/slot-source.ts';
import { eachSlotRow } from './each-slot-row.ts';
import { heat } from './heat.ts';
import { imageDigests } from './image-digests.ts';
import type { IdleSlot } from './janitor-policy.ts';
import { SLOT_MB } from './memory-ledger.ts';
import { poolStatus } from './pool-status.ts';
import { quietTime } from './quiet-time.ts';
import { refill } from './refill.ts';
import { namedSignature, shortSignature } from './signature.ts';
import { type ReadySlot, rememberClaim, rememberFailure, type SlotGroup, targetOf, tierOf } from './slot-group.ts';
import { type SlotStartDeps, startSlot } from './slot-starts.ts';
import { slotTable } from './slot-table.ts';
import type { HotSettings } from './use-window.ts';

export interface Floor {
  /** What its slots are made with. */
  readonly start: NormalisedStart;
  readonly slots: number;
}

export type ClaimOutcome = 'hit' | 'miss' | 'discard';

/** A start that asked for a slot. */
export interface Claim {
  /** null while the content of its image is not known. */
  readonly signature: string | null;
  readonly tier: SlotTier;
  /** Of a miss: what it took to see that there is none. */
  readonly durationMs: number;
}

export interface PoolDeps extends Omit<SlotStartDeps, 'onBegun' | 'onUnwritten' | 'store' | 'engine'> {
  readonly store: Pick<SandboxStore, 'create' | 'find' | 'inStates'>;
  readonly runtime: Pick<ContainerRuntime, 'engine' | 'findImage' | 'agentVersion'>;
  readonly feed: ChangeFeed;
  /** As the configuration says now; empty = the pool is off. */
  readonly floors: () => readonly Floor[];
  readonly hot: HotSettings;
  /** Memory is short: nothing but floors is filled. */
  readonly isPressed: () => boolean;
  /** Starts of slots at a time. */
  readonly startConcurrency: number;
  readonly onClaim: (outcome: ClaimOutcome, claim: Claim) => void;
  readonly onTierChange: (change: 'promoted' | 'demoted', group: SlotGroup) => void;
  /** It gave its room to a start that waits for memory. */
  readonly onEvicted?: (slot: IdleSlot) => void;
}

export interface Pool extends SlotSource, PoolView {
  /** After the lifecycle has booted: takes over the slots that are there, and fills the floors from then on. */
  begin(): Promise<void>;
  /** Floors, images and the agent are looked at again. */
  refresh(): Promise<void>;
  idle(): readonly IdleSlot[];
  /** Takes a slot out of the pool and removes its container; rejects when that cannot begin. */
  closeSlot(id: string): Promise<void>;
  /** Closes idle slots until so much memory comes back, cold ones first; how much that is, MiB. */
  evict(neededMb: number): number;
  /** Begins no more starts; what is there stays. */
  end(): void;
}

/** A refill takes the machine that claims want: it waits until they are done and for a pause, but not for long. */
const PAUSE = { quietMs: 50, longestMs: 500 };
const EVICTION_ORDER: Readonly<Record<SlotTier, number>> = { cold: 0, hot: 1, permanent: 2 };

/** Containers that run before anybody asks for them. A claim reads memory only; the engine is asked elsewhere. */
export function pool(deps: PoolDeps): Pool {
  const { clock, feed, hot, lifecycle, log, runtime, store } = deps;
  let agentVersion: string | null = null;
  const digests = imageDigests(deps, () => {
    regroup();
    filling.ask();
  });
  const table = slotTable({ hot, digestOf: digests.known, agentVersion: () => agentVersion });
  const quiet = quietTime(clock, { ...PAUSE, isBusy: () => taken.size > 0 });
  const { use, cool, coolUnused } = heat(deps);
  /** Starts that somebody waits for and that get no slot. */
  const coldStarts = new Set<string>();
  const starts = { ...deps, engine: runtime.engine, onBegun: table.begin, onUnwritten: table.forget };
  const filling = refill({
    ...{ clock, log, hot, quiet, concurrency: deps.startConcurrency },
    groups: () => table.groups.values(),
    startsWaitedFor: () => coldStarts.size,
    // Those that are there already are taken over before any is made.
    mayStart: ({ floor, ready, starting }) => isBegun && (!deps.isPressed() || ready.length + starting.size < floor),
    start: (group) => startSlot(starts, group),
  });
  /** As of the last look: asked by every claim. */
  let floors: readonly Floor[] = [];
  const isOn = () => floors.length > 0;
  let isBegun = false;
  let unsubscribe = () => {};

  /** Slots in the hands of a claim. */
  const taken = new Map<string, ReadySlot>();

  const follow = ({ row, transition, notice }: Change) => {
    // A notice carries a row that was read outside of the order of commits.
    if (notice !== null) return;
    if (isSlot(row)) followSlot(row);
    else followOwned(row, transition);
  };
  const followSlot = (row: Sandbox) => {
    const group = table.groupOf(row.id);
    if (row.state === 'warm') return followWarm(row, group);
    if (row.state === 'warming') return void (group ?? table.expect(row));
    if (group?.starting.has(row.id) === true) rememberFailure(group, clock.monotonicMs());
    table.forget(row.id);
    filling.ask();
  };
  const followWarm = (row: Sandbox, madeFor: SlotGroup | undefined) => {
    if (taken.has(row.id)) return;
    // The engine may be away: then what is there tells what its image was.
    if (row.imageDigest !== null && digests.known(row.image) === undefined) {
      digests.learn(row.image, row.imageDigest);
      setFloors();
    }
    if (!isOn() || !table.adopt(row, clock.nowMs())) recycleSoon(row.id);
    if (madeFor !== undefined && madeFor !== table.groupOf(row.id)) {
      // Image or agent are others by now: no more of these are made before both were looked at.
      rememberFailure(madeFor, clock.monotonicMs());
      refreshSoon();
    }
    filling.ask();
  };
  const followOwned = (row: Sandbox, transition: Change['transition']) => {
    if (row.state === 'pending' && !row.ranOnce && !isClaimed(row)) coldStarts.add(row.id);
    else coldStarts.delete(row.id);
    const isMade = transition?.event === 'START_SUCCEEDED' && row.start?.path === 'cold';
    if (isMade && digests.known(row.image) !== row.imageDigest) void digests.look(row.image);
  };
  const recycle = async (id: string) => {
    table.forget(id);
    const applied = await lifecycle.applyEvent(id, { type: 'RECYCLED' }, { actor: 'system', forState: 'warm' });
    if (applied.outcome === 'accepted') lifecycle.driveSoon(id);
  };
  const recycleSoon = (id: string) =>
    void recycle(id).catch((error: unknown) => {
      log.warn({ event: 'pool.not_recycled', sandboxId: id, err: error }, 'a slot could not be recycled');
    });

  const miss = (start: NormalisedStart, askedAtMs: number) => {
    const known = table.groupFor(start);
    const durationMs = clock.monotonicMs() - askedAtMs;
    const tier = known === undefined ? 'cold' : tierOf(known);
    deps.onClaim('miss', { signature: known?.signature ?? null, tier, durationMs });
    if (known !== undefined) return count(known);
    // Nobody waits for this: the next start of the kind finds it known.
    void digests.look(start.image).then(() => {
      const group = table.groupFor(start);
      if (group !== undefined) count(group);
    });
  };
  const count = (group: SlotGroup) => {
    group.misses += 1;
    use(group);
    quiet.disturb();
    filling.ask();
  };

  const setFloors = () => {
    const wanted = new Map<SlotGroup, number>();
    for (const { start, slots } of floors) {
      const group = table.groupFor(start);
      if (group !== undefined) wanted.set(group, (wanted.get(group) ?? 0) + slots);
    }
    for (const group of table.groups.values()) group.floor = wanted.get(group) ?? 0;
  };
  /** Starts of its kind still lead to it: neither the image nor the agent has changed, and the pool is on. */
  const isCurrent = (group: SlotGroup) => isOn() && table.groupFor(group.make) === group;
  const regroup = () => {
    table.reread();
    setFloors();
    for (const group of [...table.groups.values()].filter((one) => !isCurrent(one))) {
      cool(group);
      for (const { id } of [...group.ready]) recycleSoon(id);
    }
  };

  const refresh = async () => {
    const wasOn = isOn();
    floors = deps.floors();
    if (!isOn() && !wasOn && isBegun) return;
    agentVersion = await runtime.agentVersion().catch(() => agentVersion);
    const inUse = [...table.groups.values()].filter((group) => targetOf(group, hot) > 0 || group.ready.length > 0);
    const images = new Set(
      [...floors.map(({ start }) => start), ...inUse.map(({ make }) => make)].map((one) => one.image),
    );
    await Promise.all([...images].map(digests.look));
    coolUnused(table.groups.values());
    table.tidy(clock.nowMs());
    regroup();
    if (!isBegun) unsubscribe = feed.subscribe(follow);
    // Those of the process before, and those that a failed write left behind.
    const isKnown = (id: string) => taken.has(id) || table.groupOf(id) !== undefined;
    await eachSlotRow(store, isKnown, followSlot);
    isBegun = true;
    filling.ask();
  };
  const refreshSoon = () =>
    void refresh().catch((error: unknown) => {
      log.warn({ event: 'pool.not_refreshed', err: error }, 'the pool could not be looked at; the next look will');
    });

  return {
    take(start) {
      if (!isOn()) return undefined;
      const askedAtMs = clock.monotonicMs();
      const group = table.groupFor(start);
      const slot = group === undefined ? undefined : table.pop(group);
      if (group === undefined || slot === undefined) {
        miss(start, askedAtMs);
        return undefined;
      }
      quiet.disturb();
      taken.set(slot.id, slot);
      use(group);
      return { id: slot.id, signature: group.signature, tier: tierOf(group) };
    },
    putBack({ id, signature }) {
      const slot = taken.get(id);
      const group = table.groups.get(signature);
      taken.delete(id);
      // Its container may have died meanwhile: then its row has moved, and nobody holds it any more.
      if (slot === undefined || group === undefined || table.groupOf(id) === undefined) return;
      table.putBack(slot, group);
    },
    discard({ id, signature, tier }, durationMs) {
      taken.delete(id);
      table.forget(id);
      deps.onClaim('discard', { signature, tier, durationMs });
      const group = table.groups.get(signature);
      if (group !== undefined) group.discards += 1;
      filling.ask();
    },
    claimed({ id, signature, tier }, durationMs) {
      quiet.disturb();
      taken.delete(id);
      table.forget(id);
      deps.onClaim('hit', { signature, tier, durationMs });
      const group = table.groups.get(signature);
      if (group === undefined) return;
      group.hits += 1;
      rememberClaim(group, durationMs);
      filling.ask();
    },
    reused(start) {
      const group = isOn() ? table.groupFor(start) : undefined;
      if (group === undefined) return;
      use(group);
      filling.ask();
    },
    begin: refresh,
    refresh,
    status() {
      // As configured, also before the pool has begun.
      const floors = deps.floors();
      const unknownFloors = floors.map(({ start }) => start).filter((start) => table.groupFor(start) === undefined);
      const groups = table.groups.values();
      return poolStatus({ groups, hot, isOn: floors.length > 0, nowMs: clock.nowMs(), unknownFloors });
    },
    async signatureFor(start) {
      const imageDigest = await digests.look(start.image);
      if (imageDigest === undefined) return undefined;
      return namedSignature(start, { imageDigest, agentVersion: await runtime.agentVersion() });
    },
    idle: table.idle,
    closeSlot: recycle,
    evict(neededMb) {
      const order = [...table.idle()].sort((a, b) => EVICTION_ORDER[a.tier] - EVICTION_ORDER[b.tier]);
      const evicted = order.slice(0, Math.ceil(neededMb / SLOT_MB));
      for (const slot of evicted) {
        const { signature, tier } = slot;
        log.info({ event: 'pool.evicted', signature: shortSignature(signature), tier }, 'a slot gave its room away');
        deps.onEvicted?.(slot);
        recycleSoon(slot.id);
      }
      return evicted.length * SLOT_MB;
    },
    end() {
      unsubscribe();
      filling.end();
    },
  };
}
