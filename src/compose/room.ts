import { statfs } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Config } from '../config.ts';
import { errorMessage } from '../domain/errors.ts';
import { liveStates } from '../domain/sandbox.ts';
import type { Log } from '../observe/logger.ts';
import { type CapacityDeps, capacity, type RunningCapacity } from '../pool/capacity.ts';
import { databaseReserve } from '../pool/database-reserve.ts';
import { type DiskGuard, diskGuard } from '../pool/disk-guard.ts';
import { type JanitorDeps, startJanitor } from '../pool/janitor.ts';
import { janitorDefaults } from '../pool/janitor-policy.ts';
import { hostMemoryFiles } from '../pool/memory-files.ts';
import { readMemory } from '../pool/memory-pressure.ts';
import { memoryRecord } from '../pool/memory-record.ts';
import { type PressureWatch, pressureWatch } from '../pool/pressure-watch.ts';
import { reclaim } from '../pool/reclaim.ts';
import type { Change, ChangeFeed } from '../ports/change-feed.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerRuntime, EngineInfo } from '../ports/container-runtime.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';
import type { CloseStack } from '../reconcile/close-stack.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';

export interface RoomWorld {
  readonly store: SandboxStore;
  readonly runtime: ContainerRuntime;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly log: Log;
  readonly lifecycle: Reconciler;
}

/** Memory and disk of the engine for sandboxes: who is admitted, and who makes room when it is short. */
export interface Room {
  readonly capacity: RunningCapacity;
  /** True while more memory is used than the janitor is at ease with. */
  isPressed(): boolean;
  /** Reads the engine's size again; what was known stays where it does not answer. */
  lookAtEngine(): Promise<void>;
  /** Keeps how much memory is used now. */
  noteMemory(): void;
  /** Before the lifecycle boots: every row that holds memory is counted, and followed from here on. */
  count(): Promise<void>;
  /** The janitor and the disk guard begin; they end with the service. */
  guard(slots: GuardedSlots): void;
}

type GuardedSlots = Pick<JanitorDeps, 'idleSlots' | 'closeSlot' | 'onReaped'>;

const MIB = 1024 * 1024;

export function openRoom(
  config: Config,
  world: RoomWorld,
  evictSlots: CapacityDeps['evictSlots'],
  opened: CloseStack,
): Room {
  const { clock, feed, log, runtime, store } = world;
  const read = () => readMemory(hostMemoryFiles);
  const pressure = pressureWatch({ read, clock });
  const record = memoryRecord({ read, clock, reservedMb: () => rooms.status().reservedMb });
  let disk: DiskGuard | undefined;
  let engine: EngineInfo | undefined;
  const rooms = capacity({
    ...{ clock, log, engine: runtime.engine, overcommit: config.SANDGLASS_MEMORY_OVERCOMMIT, evictSlots },
    memoryMb: () => (engine === undefined ? null : Math.floor(engine.memoryBytes / MIB)),
    pressureRatio: () => pressure.last()?.ratio ?? null,
    pressureStatus: () => shownPressure(pressure),
    disk: () => disk?.status() ?? null,
    history: record.points,
    isDiskFull: () => disk?.isFull() ?? false,
    hurry: () => void pressure.look(),
  });
  return {
    capacity: rooms,
    isPressed: () => (pressure.last()?.ratio ?? 0) > (config.SANDGLASS_POOL_PRESSURE.pressed.at(-1)?.aboveRatio ?? 1),
    async lookAtEngine() {
      try {
        engine = await runtime.info();
      } catch (error) {
        log.debug({ event: 'pool.engine_unknown', error: errorMessage(error) }, 'the engine did not tell its size');
      }
    },
    noteMemory: record.note,
    async count() {
      for (const row of await store.memoryOf([...liveStates, 'warming', 'warm'])) rooms.follow(row);
      // A notice carries a row that was read outside of the order of commits.
      const follow = ({ row, notice }: Change) => notice === null && rooms.follow(row);
      opened.add(feed.subscribe(follow));
    },
    guard(slots) {
      const keepers = startKeepers(config, world, { pressure, rooms, slots, engine: () => engine });
      disk = keepers.disk;
      opened.add(keepers.close);
    },
  };
}

interface Kept {
  readonly pressure: PressureWatch;
  readonly rooms: RunningCapacity;
  readonly slots: GuardedSlots;
  readonly engine: () => EngineInfo | undefined;
}

function startKeepers(config: Config, world: RoomWorld, { pressure, rooms, slots, engine }: Kept) {
  const { clock, log, runtime } = world;
  const reclaiming = reclaim(world);
  const janitor = startJanitor({
    ...{ clock, log, pressure, settings: janitorSettings(config), ...slots },
    hasWaiting: () => rooms.status().waiting > 0,
    stopLongestPaused: reclaiming.stopLongestPaused,
  });
  const disk = diskGuard({
    ...{ clock, log, onRoom: rooms.roomMayHaveAppeared, stopForDisk: reclaiming.stopForDisk },
    freeSpace: () => freeSpace(config, engine()),
    writtenBytes: async () => (await runtime.writtenBytes()).map(({ sandboxId: id, bytes }) => ({ id, bytes })),
    reserve: databaseReserve({ dataDir: resolve(config.SANDGLASS_DATA_DIR), log }),
  });
  return { disk, close: () => Promise.all([janitor.close(), disk.close()]) };
}

function janitorSettings(config: Config): JanitorDeps['settings'] {
  const maxAgeMs = config.SANDGLASS_POOL_MAX_AGE_SECONDS * 1000;
  return { ...janitorDefaults, ...config.SANDGLASS_POOL_PRESSURE, maxAgeMs };
}

function shownPressure(pressure: PressureWatch) {
  const last = pressure.last();
  if (last === undefined) return null;
  const { source, usedBytes, limitBytes, ratio } = last;
  return { source, usedMb: Math.round(usedBytes / MIB), limitMb: Math.round(limitBytes / MIB), ratio };
}

/** Of the engine's data root; undefined where the engine bounds disks itself, or its disk is not this machine's. */
async function freeSpace(config: Config, engine: EngineInfo | undefined) {
  if (engine === undefined || engine.diskEnforced) return undefined;
  if (!config.SANDGLASS_DOCKER_HOST.startsWith('unix://')) return undefined;
  const seen = await statfs(engine.dataRoot).catch(() => undefined);
  return seen && { freeBytes: seen.bavail * seen.bsize, totalBytes: seen.blocks * seen.bsize };
}
