import { cpus } from 'node:os';
import type { Config } from '../config.ts';
import { errorMessage } from '../domain/errors.ts';
import { normaliseStart, type StartDefaults } from '../domain/spec.ts';
import type { Metrics } from '../observe/metrics.ts';
import type { TemplateRegistry } from '../operations/template-registry.ts';
import { type FirstFill, firstFill } from '../pool/first-fill.ts';
import { type Floor, type Pool, type PoolDeps, pool } from '../pool/pool.ts';
import type { Ids } from '../ports/ids.ts';
import type { CloseStack } from '../reconcile/close-stack.ts';
import { poolEvents } from './pool-events.ts';
import { openRoom, type Room, type RoomWorld } from './room.ts';

interface World extends RoomWorld {
  readonly ids: Ids;
  readonly metrics: Metrics;
}

export interface OpenedPool {
  readonly slots: Pool;
  readonly capacity: Room['capacity'];
  readonly count: Room['count'];
  /** After the lifecycle has booted. */
  begin(): void;
  /** Floors, images, the agent and the engine's size are looked at again. */
  refresh(): Promise<void>;
  readonly status: Pool['status'];
  /** Over as soon as every floor was warm once, or has had its time. */
  readonly firstFill: Pick<FirstFill, 'isOver'>;
  /** What the configuration keeps ready; empty = the pool is off. */
  floors(): readonly { readonly template: string; readonly count: number }[];
}

/** Warm containers, in the room that there is for sandboxes. */
export function openPool(
  config: Config,
  world: World,
  { templates, startDefaults }: { readonly templates: TemplateRegistry; readonly startDefaults: StartDefaults },
  opened: CloseStack,
): OpenedPool {
  const { clock, feed, log, metrics } = world;
  const room = openRoom(config, world, (neededMb) => slots.evict(neededMb), opened);
  const events = poolEvents(world);
  const floors = () => floorsOf(config, templates, startDefaults);
  const slots = pool({
    ...{ ...world, ...events, capacity: room.capacity, floors, hot: hotSettings(config), isPressed: room.isPressed },
    startConcurrency: config.SANDGLASS_START_CONCURRENCY ?? Math.max(1, Math.floor(cpus().length / 2)),
  });
  metrics.watchPool({ pool: slots.status, capacity: room.capacity.status });
  const filling = firstFill({ clock, status: slots.status });
  const beginSlots = async () => {
    await room.lookAtEngine();
    await slots.begin();
    filling.floorsAreKnown();
    // The pool has subscribed before: it has heard of a slot already.
    opened.add(feed.subscribe(({ row }) => row.state === 'warm' && filling.look()));
  };
  return {
    slots,
    capacity: room.capacity,
    count: room.count,
    begin() {
      filling.begin();
      for (const template of config.SANDGLASS_POOL.keys()) {
        if (templates.find(template) !== undefined) continue;
        log.warn({ event: 'pool.no_template', template }, 'SANDGLASS_POOL names a template that does not exist');
      }
      room.guard({ idleSlots: slots.idle, closeSlot: (id) => slots.closeSlot(id), onReaped: events.onReaped });
      opened.add(() => slots.end());
      void beginSlots().catch((error: unknown) => {
        log.warn({ event: 'pool.not_begun', error: errorMessage(error) }, 'the pool begins with the next look');
      });
    },
    async refresh() {
      room.noteMemory();
      await room.lookAtEngine();
      await slots.refresh();
      filling.floorsAreKnown();
    },
    firstFill: filling,
    status: slots.status,
    floors: () => floors().map(({ start, slots: count }) => ({ template: start.template ?? start.image, count })),
  };
}

function hotSettings(config: Config): PoolDeps['hot'] {
  return {
    windowMs: config.SANDGLASS_POOL_HOT_WINDOW_SECONDS * 1000,
    uses: config.SANDGLASS_POOL_HOT_USES,
    floor: config.SANDGLASS_POOL_HOT_FLOOR,
  };
}

/** SANDGLASS_POOL wins over the floor of a template. */
function floorsOf(config: Config, templates: TemplateRegistry, defaults: StartDefaults): readonly Floor[] {
  return templates.list().flatMap((template) => {
    const slots = config.SANDGLASS_POOL.get(template.name) ?? template.floor;
    if (slots === 0) return [];
    return [{ start: normaliseStart({ template: template.name }, template, defaults), slots }];
  });
}
