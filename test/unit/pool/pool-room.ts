import { SandboxError } from '../../../src/domain/errors.ts';
import type { Sandbox } from '../../../src/domain/sandbox.ts';
import { type NormalisedStart, normaliseStart, type StartWish } from '../../../src/domain/spec.ts';
import type { Template } from '../../../src/domain/template.ts';
import { silentLog } from '../../../src/observe/logger.ts';
import { type Floor, type Pool, pool } from '../../../src/pool/pool.ts';
import { type HotSettings, hotDefaults } from '../../../src/pool/use-window.ts';
import type { SandboxStore } from '../../../src/ports/sandbox-store.ts';
import { applyEventWith, followCommit } from '../../../src/reconcile/apply-event.ts';
import { changeFeed } from '../../../src/reconcile/change-feed.ts';
import { jobsInFlight } from '../../../src/reconcile/jobs-in-flight.ts';
import { keyLock } from '../../../src/reconcile/key-lock.ts';
import { memoryLiveStore } from '../../../src/store/live/memory/memory-live-store.ts';
import { openSqlite, type SqliteConnection } from '../../../src/store/sql/sqlite/connection.ts';
import { sqliteSandboxStore } from '../../../src/store/sql/sqlite/sandbox-store.ts';
import { manualClock } from '../../support/manual-clock.ts';
import { testPolicy, testStartDefaults, testTemplate } from '../../support/rows.ts';

/** What may be changed at any time. */
export interface PoolWorld {
  floors: readonly Floor[];
  /** The content that an image's name leads to; `sha256:<name>` where it is not here. */
  readonly digests: Map<string, string>;
  agentVersion: string | null;
  /** Starts of slots wait until it is `ok` or `fails`. */
  starts: 'ok' | 'fails' | 'held';
  isEngineDown: boolean;
  isPressed: boolean;
  roomMb: number;
}

export type PoolRoom = Awaited<ReturnType<typeof poolRoom>>;

export interface PoolRoomOptions {
  readonly hot?: Partial<HotSettings>;
  readonly concurrency?: number;
  /** The database of the process before. */
  readonly after?: { readonly connection: SqliteConnection; readonly world: PoolWorld };
}

export const template = (change: Partial<Template> = {}): Template => ({ ...testTemplate, ...change });
export const startOf = (wish: StartWish = {}, of: Template = testTemplate): NormalisedStart =>
  normaliseStart(wish, of, testStartDefaults);
export const floorOf = (slots: number, of: Template = testTemplate): Floor => ({ start: startOf({}, of), slots });

/** A pool over real SQL and the real machine; time and the engine are the test's. */
export async function poolRoom(options: PoolRoomOptions = {}) {
  const clock = manualClock();
  const world: PoolWorld = options.after?.world ?? {
    ...{ floors: [], digests: new Map(), agentVersion: 'agent-1' },
    ...{ starts: 'ok', isEngineDown: false, isPressed: false, roomMb: Number.POSITIVE_INFINITY },
  };
  const path = ':memory:';
  const connection = options.after?.connection ?? openSqlite({ path, migrationsFolder: 'migrations/sqlite' });
  let isStoreBroken = false;
  const started: string[] = [];
  const store = breakable(sqliteSandboxStore(connection), () => isStoreBroken);
  const feed = changeFeed((error) => {
    throw error;
  });
  const commit = { store, live: memoryLiveStore(), feed, clock, policy: testPolicy, log: silentLog };
  const deps = { ...commit, jobs: jobsInFlight(), afterCommit: keyLock(), onTransition: () => {} };
  const applyEvent = applyEventWith(deps);
  const drive = async (id: string): Promise<void> => {
    const row = await store.find(id);
    if (row?.state === 'warming') await warm(row);
    if (row?.state !== 'deleting') return;
    await applyEvent(id, { type: 'DELETE_SUCCEEDED', incarnation: row.incarnation }, { actor: 'system' });
    await store.purge(id);
  };
  let held: (() => void)[] = [];
  const warm = async (row: Sandbox) => {
    started.push(row.id);
    // A start takes its time: one that is followed by another for ever must not stop the test's clock.
    await new Promise((resolve) => setImmediate(resolve));
    if (world.starts === 'held') await new Promise<void>((resolve) => held.push(resolve));
    if (world.starts === 'fails') {
      const reason = {
        code: 'start_failed',
        message: 'no',
        exitCode: 1,
        signal: null,
        oomKilled: false,
        logTail: null,
      };
      const failed = { type: 'START_FAILED', incarnation: row.incarnation, reason } as const;
      await applyEvent(row.id, { ...failed, reason: { ...reason, code: 'start_failed' } }, { actor: 'system' });
      return drive(row.id);
    }
    await applyEvent(row.id, startedEvent(row, world), { actor: 'system' });
  };
  const claims: string[] = [];
  const tierChanges: string[] = [];
  let ids = 0;
  const slots: Pool = pool({
    ...{ store, feed, log: silentLog, hot: { ...hotDefaults, ...options.hot } },
    // The manual clock leaves its listeners on the signal that it is given.
    clock: { ...clock, sleep: (ms, signal) => clock.sleep(ms, signal && AbortSignal.any([signal])) },
    runtime: {
      engine: 'memory',
      agentVersion: async () => world.agentVersion,
      async findImage(image) {
        if (world.isEngineDown) throw new Error('the engine does not answer');
        return image.includes('missing') ? undefined : digestIn(world, image);
      },
    },
    lifecycle: {
      followCommit: (row, transition) => followCommit(deps, row, transition),
      drive,
      driveSoon: (id) => void drive(id),
      applyEvent,
    },
    ids: {
      sandboxId() {
        ids += 1;
        return `slot${ids}${options.after === undefined ? '' : 'b'}`;
      },
      hex: () => '',
    },
    capacity: { hasRoomFor: (mb) => mb <= world.roomMb },
    floors: () => world.floors,
    isPressed: () => world.isPressed,
    startConcurrency: options.concurrency ?? 1,
    onClaim: (outcome) => claims.push(outcome),
    onTierChange: (change, group) => tierChanges.push(`${change} ${group.make.image}`),
  });
  return {
    ...{ clock, world, connection, store, feed, applyEvent, drive, claims, tierChanges, pool: slots },
    /** Slots whose start was begun by this process. */
    started,
    /** Every call of SQL fails. */
    breakStore(isBroken: boolean) {
      isStoreBroken = isBroken;
    },
    /** A change of a row that was no transition. */
    publish: (row: Sandbox) => followCommit(deps, row, null),
    /** Ends the wait of every start that was held. */
    release() {
      world.starts = 'ok';
      for (const go of held.splice(0)) go();
      held = [];
    },
    /** Lets so much time pass in steps of 50 ms, so that all that is due happens when it is due. */
    async pass(ms: number) {
      for (let leftMs = ms; leftMs > 0; leftMs -= 50) await clock.advance(Math.min(50, leftMs));
      await clock.advance(0);
    },
    /** Commit A of a start that took the slot: how the machine answers. */
    async claim({ id }: { readonly id: string }, start = startOf()) {
      const claimed = { type: 'CLAIMED', tenant: 'acme', ownerKeyId: 'key_1', reuseKey: null, start } as const;
      return (await applyEvent(id, claimed, { actor: 'key_1', forState: 'warm' })).outcome;
    },
    rows: async (...states: Sandbox['state'][]) => (await store.inStates(states, null, 1_000)).map(({ id }) => id),
    close: () => slots.end(),
  };
}

/** The same with a floor of so many slots, which are there unless they take longer than a second. */
export async function begunRoom(slots: number, options: PoolRoomOptions = {}): Promise<PoolRoom> {
  const room = await poolRoom(options);
  room.world.floors = [floorOf(slots)];
  await room.pool.begin();
  await room.pass(1_000);
  return room;
}

function digestIn(world: PoolWorld, image: string): string {
  return world.digests.get(image) ?? `sha256:${image}`;
}

function breakable(store: SandboxStore, isBroken: () => boolean): SandboxStore {
  return new Proxy(store, {
    get(target, key, receiver) {
      if (isBroken()) throw new SandboxError('storage_unavailable', 'SQL does not answer.');
      return Reflect.get(target, key, receiver);
    },
  });
}

/** What the engine says of a container that was just made of the row's image. */
export function startedEvent(row: Sandbox, world: PoolWorld, path: 'warm' | 'cold' | 'restart' = 'cold') {
  const started = {
    ...{ containerId: `c-${row.id}`, containerStartedAt: 'now', address: '10.88.0.2', agentEndpoint: '10.88.0.2:1' },
    imageDigest: digestIn(world, row.image),
    agentVersion: world.agentVersion,
    limits: row.resources,
    report: { path, durationMs: 1, stages: {} },
  };
  return { type: 'START_SUCCEEDED', incarnation: row.incarnation, started } as const;
}
