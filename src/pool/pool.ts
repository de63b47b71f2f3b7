import type { Sandbox } from '../domain/sandbox.ts';
import { isClaimed, isSlot } from '../domain/sandbox.ts';
import type { NormalisedStart } from '../domain/spec.ts';
import type { ChangeFeed } from '../ports/change-feed.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';
import type { SlotSource, SlotTier } from '../ports/slot-source.ts';
import { imageDigests } from './image-digests.ts';
import type { IdleSlot } from './janitor-policy.ts';
import { SLOT_MB } from './memory-ledger.ts';
import { type PoolStatus, poolStatus } from './pool-status.ts';
import { quietTime } from './quiet-time.ts';
import { refill } from './refill.ts';
import { shortSignature } from './signature.ts';
import { type ReadySlot, rememberClaim, rememberFailure, type SlotGroup, targetOf, tierOf } from './slot-group.ts';
import { type SlotStartDeps, startSlot } from './slot-starts.ts';
import { slotTable } from './slot-table.ts';
import type { HotSettings } from './use-window.ts';

export interface Floor {
  /** What its slots are made with. */
  readonly start: NormalisedStart;
  readonly slots: number;
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
  readonly onClaim: (outcome: 'hit' | 'miss' | 'discard') => void;
  readonly onTierChange: (change: 'promoted' | 'demoted', group: SlotGroup) => void;
}

export interface Pool extends SlotSource {
  /** After the lifecycle has booted: takes over the slots that are there, and fills the floors from then on. */
  begin(): Promise<void>;
  /** Floors, images and the agent are looked at again. */
  refresh(): Promise<void>;
  status(): PoolStatus;
  idle(): readonly IdleSlot[];
  /** Takes a slot out of the pool and removes its container; rejects when that cannot begin. */
  closeSlot(id: string): Promise<void>;
  /** Closes idle slots until so much memory comes back, cold ones first; how much that is, MiB. */
  evict(neededMb: number): number;
  /** Begins no more starts; what is there stays. */
  end(): void;
}

/** A refill takes the machine that a claim wants: it waits for a pause between claims, but not for long. */
const PAUSE = { quietMs: 50, longestMs: 500 };
const PAGE = 500;
const EVICTION_ORDER: Readonly<Record<SlotTier, number>> = { cold: 0, hot: 1, permanent: 2 };

/** Containers that run before anybody asks for them. A claim reads memory only; the engine is asked elsewhere. */
export function pool(deps: PoolDeps): Pool {
  const { clock, feed, hot, lifecycle, log, runtime, store } = deps;
  let agentVersion: string | null = null;
  const digests = imageDigests(deps, () => table.reread());
  const table = slotTable({ hot, digestOf: digests.known, agentVersion: () => agentVersion });
  const quiet = quietTime(clock, PAUSE);
  /** Starts that somebody waits for and that get no slot. */
  const coldStarts = new Set<string>();
  const starts = { ...deps, engine: runtime.engine, onBegun: table.begin, onUnwritten: table.forget };
  const filling = refill({
    ...{ clock, log, hot, quiet, concurrency: deps.startConcurrency },
    groups: () => table.groups.values(),
    startsWaitedFor: () => coldStarts.size,
    mayStart: ({ floor, ready, starting }) => !deps.isPressed() || ready.length + starting.size < floor,
    start: (group) => startSlot(starts, group),
  });
  const isOn = () => deps.floors().length > 0;

  const follow = (row: Sandbox) => {
    if (!isSlot(row)) return followOwned(row);
    if (row.state === 'warming') return;
    if (row.state === 'warm') {
      if (!table.adopt(row, clock.nowMs())) recycleSoon(row.id);
      return filling.ask();
    }
    const group = table.groupOf(row.id);
    if (group?.starting.has(row.id) === true) rememberFailure(group, clock.monotonicMs());
    table.forget(row.id);
    filling.ask();
  };
  const followOwned = (row: Sandbox) => {
    if (row.state === 'pending' && !row.ranOnce && !isClaimed(row)) coldStarts.add(row.id);
    else coldStarts.delete(row.id);
    if (row.state === 'running' && row.imageDigest !== null) digests.learn(row.image, row.imageDigest);
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

  const use = (group: SlotGroup) => {
    const nowMs = clock.nowMs();
    group.uses.add(nowMs);
    if (group.isHot || group.uses.count(nowMs) < hot.uses) return;
    group.isHot = true;
    deps.onTierChange('promoted', group);
  };
  const cool = () => {
    for (const group of table.groups.values()) {
      if (!group.isHot || group.uses.count(clock.nowMs()) > 0) continue;
      group.isHot = false;
      deps.onTierChange('demoted', group);
    }
  };
  const miss = (start: NormalisedStart) => {
    deps.onClaim('miss');
    const known = table.groupFor(start);
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
  const taken = new Map<string, ReadySlot>();

  const setFloors = async () => {
    const floors = deps.floors();
    await Promise.all(floors.map(({ start }) => digests.look(start.image)));
    const wanted = new Map<SlotGroup, number>();
    for (const { start, slots } of floors) {
      const group = table.groupFor(start);
      if (group !== undefined) wanted.set(group, (wanted.get(group) ?? 0) + slots);
    }
    for (const group of table.groups.values()) group.floor = wanted.get(group) ?? 0;
  };
  const recycleStale = () => {
    const current = new Set([...table.groups.values()].filter(isCurrent));
    for (const group of table.groups.values()) {
      if (!current.has(group)) for (const { id } of [...group.ready]) recycleSoon(id);
    }
  };
  /** Starts of its kind still lead to it: neither the image nor the agent has changed. */
  const isCurrent = (group: SlotGroup) => table.groupFor(group.make) === group;

  const refresh = async () => {
    if (!isOn()) return;
    const version = await runtime.agentVersion().catch(() => agentVersion);
    if (version !== agentVersion) {
      agentVersion = version;
      table.reread();
    }
    const inUse = [...table.groups.values()].filter((group) => targetOf(group, hot) > 0 || group.ready.length > 0);
    await Promise.all(inUse.map(({ make }) => digests.look(make.image)));
    await setFloors();
    cool();
    recycleStale();
    filling.ask();
  };

  let unsubscribe = () => {};
  return {
    take(start) {
      if (!isOn()) return undefined;
      const group = table.groupFor(start);
      const slot = group === undefined ? undefined : table.pop(group);
      if (group === undefined || slot === undefined) {
        miss(start);
        return undefined;
      }
      taken.set(slot.id, slot);
      quiet.disturb();
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
    discard({ id, signature }) {
      taken.delete(id);
      table.forget(id);
      deps.onClaim('discard');
      const group = table.groups.get(signature);
      if (group !== undefined) group.discards += 1;
      filling.ask();
    },
    claimed({ id, signature }, durationMs) {
      taken.delete(id);
      table.forget(id);
      deps.onClaim('hit');
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
    async begin() {
      unsubscribe = feed.subscribe(({ row }) => follow(row));
      await refresh();
      await adoptAll(store, follow);
      filling.ask();
    },
    refresh,
    status: () => poolStatus({ groups: table.groups.values(), hot, isOn: isOn(), nowMs: clock.nowMs() }),
    idle: table.idle,
    closeSlot: recycle,
    evict(neededMb) {
      const order = [...table.idle()].sort((a, b) => EVICTION_ORDER[a.tier] - EVICTION_ORDER[b.tier]);
      const evicted = order.slice(0, Math.ceil(neededMb / SLOT_MB));
      for (const { id, signature, tier } of evicted) {
        log.info({ event: 'pool.evicted', signature: shortSignature(signature), tier }, 'a slot gave its room away');
        recycleSoon(id);
      }
      return evicted.length * SLOT_MB;
    },
    end() {
      unsubscribe();
      filling.end();
    },
  };
}

/** The slots of the process before. Those of a pool that is off are of no group: they are recycled. */
async function adoptAll(store: PoolDeps['store'], follow: (row: Sandbox) => void): Promise<void> {
  let after: string | null = null;
  for (;;) {
    const page = await store.inStates(['warm'], after, PAGE);
    for (const { id } of page) {
      const row = await store.find(id);
      if (row !== undefined) follow(row);
    }
    after = page.at(-1)?.id ?? null;
    if (page.length < PAGE) return;
  }
}
