import { statfs } from 'node:fs/promises';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import type { Config } from '../config.ts';
import { errorMessage } from '../domain/errors.ts';
import { liveStates } from '../domain/sandbox.ts';
import { type NormalisedStart, normaliseStart, type StartDefaults } from '../domain/spec.ts';
import type { Log } from '../observe/logger.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { TemplateRegistry } from '../operations/template-registry.ts';
import { capacity, type RunningCapacity } from '../pool/capacity.ts';
import { databaseReserve } from '../pool/database-reserve.ts';
import { type DiskGuard, diskGuard } from '../pool/disk-guard.ts';
import { type FirstFill, firstFill } from '../pool/first-fill.ts';
import { startJanitor } from '../pool/janitor.ts';
import { janitorDefaults } from '../pool/janitor-policy.ts';
import { hostMemoryFiles } from '../pool/memory-files.ts';
import { readMemory } from '../pool/memory-pressure.ts';
import { type Floor, type Pool, pool } from '../pool/pool.ts';
import { pressureWatch } from '../pool/pressure-watch.ts';
import { reclaim } from '../pool/reclaim.ts';
import type { Change, ChangeFeed } from '../ports/change-feed.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerRuntime, EngineInfo } from '../ports/container-runtime.ts';
import type { Ids } from '../ports/ids.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';
import type { CloseStack } from '../reconcile/close-stack.ts';
import type { Reconciler } from '../reconcile/reconciler.ts';
import { poolEvents } from './pool-events.ts';

interface World {
  readonly store: SandboxStore;
  readonly runtime: ContainerRuntime;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly lifecycle: Reconciler;
}

export interface OpenedPool {
  readonly slots: Pool;
  readonly capacity: RunningCapacity;
  /** Before the lifecycle boots: every row that holds memory is counted. */
  count(): Promise<void>;
  /** After it has booted. */
  begin(): void;
  /** Floors, images, the agent and the engine's size are looked at again. */
  refresh(): Promise<void>;
  readonly status: Pool['status'];
  /** Over as soon as every floor was warm once, or has had its time. */
  readonly firstFill: Pick<FirstFill, 'isOver'>;
  /** What the configuration keeps ready; empty = the pool is off. */
  floors(): readonly { readonly template: string; readonly count: number }[];
}

const MIB = 1024 * 1024;

/** Warm containers, the room for sandboxes, and who makes room when it is short. */
export function openPool(
  config: Config,
  world: World,
  { templates, startDefaults }: { readonly templates: TemplateRegistry; readonly startDefaults: StartDefaults },
  opened: CloseStack,
): OpenedPool {
  const { clock, feed, lifecycle, log, metrics, runtime, store } = world;
  const pressure = pressureWatch({ read: () => readMemory(hostMemoryFiles), clock });
  let guard: DiskGuard | undefined;
  let engine: EngineInfo | undefined;
  const lookAtEngine = async () => {
    try {
      engine = await runtime.info();
    } catch (error) {
      log.debug({ event: 'pool.engine_unknown', error: errorMessage(error) }, 'the engine did not tell its size');
    }
  };
  const rooms = capacity({
    ...{ clock, log, engine: runtime.engine, overcommit: config.SANDGLASS_MEMORY_OVERCOMMIT },
    memoryMb: () => (engine === undefined ? null : Math.floor(engine.memoryBytes / MIB)),
    pressureRatio: () => pressure.last()?.ratio ?? null,
    pressureStatus: () => {
      const last = pressure.last();
      if (last === undefined) return null;
      const { source, usedBytes, limitBytes, ratio } = last;
      return { source, usedMb: Math.round(usedBytes / MIB), limitMb: Math.round(limitBytes / MIB), ratio };
    },
    disk: () => guard?.status() ?? null,
    isDiskFull: () => guard?.isFull() ?? false,
    evictSlots: (neededMb) => slots.evict(neededMb),
    hurry: () => void pressure.look(),
  });
  const events = poolEvents(world);
  const floors = () => floorsOf(config, templates, startDefaults);
  const slots = pool({
    ...{ store, runtime, feed, clock, log, lifecycle, ids: world.ids, capacity: rooms },
    floors,
    hot: {
      windowMs: config.SANDGLASS_POOL_HOT_WINDOW_SECONDS * 1000,
      uses: config.SANDGLASS_POOL_HOT_USES,
      floor: config.SANDGLASS_POOL_HOT_FLOOR,
    },
    isPressed: () => (pressure.last()?.ratio ?? 0) > (config.SANDGLASS_POOL_PRESSURE.pressed.at(-1)?.aboveRatio ?? 1),
    startConcurrency: config.SANDGLASS_START_CONCURRENCY ?? Math.max(1, Math.floor(cpus().length / 2)),
    ...events,
  });
  metrics.watchPool({ pool: slots.status, capacity: rooms.status });
  const reclaiming = reclaim({ store, lifecycle });
  const isGuarded = () => engine !== undefined && !engine.diskEnforced;
  const freeSpace = async () => {
    if (engine === undefined || !isGuarded() || !config.SANDGLASS_DOCKER_HOST.startsWith('unix://')) return undefined;
    const seen = await statfs(engine.dataRoot).catch(() => undefined);
    return seen && { freeBytes: seen.bavail * seen.bsize, totalBytes: seen.blocks * seen.bsize };
  };
  const filling = firstFill({ clock, status: slots.status });
  return {
    slots,
    capacity: rooms,
    async count() {
      for (const row of await store.memoryOf([...liveStates, 'warming', 'warm'])) rooms.follow(row);
      // A notice carries a row that was read outside of the order of commits.
      const follow = ({ row, notice }: Change) => notice === null && rooms.follow(row);
      opened.add(feed.subscribe(follow));
    },
    begin() {
      filling.begin();
      for (const template of config.SANDGLASS_POOL.keys()) {
        if (templates.find(template) !== undefined) continue;
        log.warn({ event: 'pool.no_template', template }, 'SANDGLASS_POOL names a template that does not exist');
      }
      const janitor = startJanitor({
        ...{
          clock,
          log,
          pressure,
          settings: {
            ...janitorDefaults,
            ...config.SANDGLASS_POOL_PRESSURE,
            maxAgeMs: config.SANDGLASS_POOL_MAX_AGE_SECONDS * 1000,
          },
        },
        idleSlots: slots.idle,
        closeSlot: (id) => slots.closeSlot(id),
        hasWaiting: () => rooms.status().waiting > 0,
        stopLongestPaused: reclaiming.stopLongestPaused,
        onReaped: events.onReaped,
      });
      const disk = diskGuard({
        ...{ clock, log, freeSpace, onRoom: rooms.roomMayHaveAppeared, stopForDisk: reclaiming.stopForDisk },
        writtenBytes: async () => (await runtime.writtenBytes()).map(({ sandboxId: id, bytes }) => ({ id, bytes })),
        reserve: databaseReserve({ dataDir: resolve(config.SANDGLASS_DATA_DIR), log }),
      });
      guard = disk;
      opened.add(() => Promise.all([janitor.close(), disk.close()]));
      opened.add(() => slots.end());
      void lookAtEngine()
        .then(slots.begin)
        .then(() => {
          filling.floorsAreKnown();
          // The pool has subscribed before: it has heard of a slot already.
          opened.add(feed.subscribe(({ row }) => row.state === 'warm' && filling.look()));
        })
        .catch((error: unknown) => {
          log.warn({ event: 'pool.not_begun', error: errorMessage(error) }, 'the pool begins with the next look');
        });
    },
    async refresh() {
      await lookAtEngine();
      await slots.refresh();
      filling.floorsAreKnown();
    },
    firstFill: filling,
    status: slots.status,
    floors: () => floors().map(({ start, slots: count }) => ({ template: start.template ?? start.image, count })),
  };
}

/** SANDGLASS_POOL wins over the floor of a template. */
function floorsOf(config: Config, templates: TemplateRegistry, defaults: StartDefaults): readonly Floor[] {
  return templates.list().flatMap((template) => {
    const slots = config.SANDGLASS_POOL.get(template.name) ?? template.floor;
    if (slots === 0) return [];
    const start: NormalisedStart = normaliseStart({ template: template.name }, template, defaults);
    return [{ start, slots }];
  });
}
