import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { containersOf } from '../../test/support/engine.ts';
import type { BenchSetup } from '../bench.ts';
import { benchSandbox } from '../service/bench-sandbox.ts';
import { type BenchService, benchService } from '../service/bench-service.ts';
import { boot } from '../service/boot.ts';
import { cgroupMemory } from '../service/cgroup-memory.ts';
import { rssMib, settledRssMib } from '../service/rss.ts';
import { deleteAll, poolSetting, untilWarm } from '../service/warm-pool.ts';
import { scratchFolder } from '../sqlite/bench-file.ts';
import { FULL, QUICK, type Sizes } from './sizes.ts';
import { FLOOR_TEMPLATE, templates } from './templates.ts';

/** What was used at one moment of a run. */
export interface MemorySample {
  readonly label: string;
  readonly serviceMib: number;
  /** Working sets of all containers together. */
  readonly containersMib: number;
  readonly containers: number;
}

export interface Baseline {
  /** From the spawn of the process until /readyz answers 200: an empty database, no pool. */
  readonly bootMs: number;
  /** VmRSS of the service, its pool full and nothing asked. */
  readonly idleRssMib: number;
  /** Mean working set of sandboxes that run and have run a command. */
  readonly activeSandboxMib: number;
}

/** One service for all steps of a run. */
export interface World {
  readonly setup: BenchSetup;
  readonly sizes: Sizes;
  readonly service: BenchService;
  /** Warm containers that there are when nothing is asked. */
  readonly floor: number;
  readonly baseline: Baseline;
  readonly samples: readonly MemorySample[];
  /** Waits until the pool is full and nothing goes on. */
  rest(): Promise<void>;
  sample(label: string): Promise<MemorySample>;
}

const MIXED_KEYS = 5;
const CONCURRENCY = 4;
const POOL = 3;

const FLOOR_OF_TEMPLATE = 4;

/** Every span that keeps something is short, so that its end is seen. */
const SHORT_SPANS = {
  SANDGLASS_POOL_PRESSURE: '0:1/5/5',
  SANDGLASS_POOL_HOT_WINDOW_SECONDS: '45',
  SANDGLASS_AUTO_DELETE_SCAN_SECONDS: '1',
};

/** Starts it for the steps up to `last`, and takes the baseline. */
export async function openWorld(
  setup: BenchSetup,
  cleanUp: (task: () => Promise<void>) => void,
  last: number,
): Promise<World> {
  const sizes = setup.isQuick ? QUICK : FULL;
  const base = last < POOL ? sizes.floor.few : floorFor(last, sizes);
  const floors = last < MIXED_KEYS ? { base } : { base, [FLOOR_TEMPLATE]: FLOOR_OF_TEMPLATE };
  const floor = Object.values(floors).reduce((sum, one) => sum + one, 0);
  const folder = scratchFolder();
  cleanUp(async () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'templates.json');
  writeFileSync(file, JSON.stringify(templates));
  const service = await benchService(cleanUp, { SANDGLASS_TEMPLATES: file, ...SHORT_SPANS });
  await service.end();
  const bootMs = await boot(service);
  await service.end();
  await service.start({ SANDGLASS_POOL: poolSetting(floors) });
  const samples: MemorySample[] = [];
  const rest = () => untilWarm(setup.ending, service, floor);
  setup.say(`filling the pool: ${floor} containers`);
  await rest();
  const idleRssMib = await settledRssMib(service.process().pid, sizes.settleMs);
  const activeSandboxMib = await activeSandbox(service, sizes.active);
  await rest();
  const world: Omit<World, 'baseline'> = {
    ...{ setup, sizes, service, floor, samples, rest },
    async sample(label) {
      const sets = await workingSets(service);
      const containersMib = sets.reduce((sum, one) => sum + one, 0);
      const serviceMib = rssMib(service.process().pid);
      const taken = { label, serviceMib, containersMib, containers: sets.length };
      samples.push(taken);
      return taken;
    },
  };
  await world.sample('idle');
  return { ...world, baseline: { bootMs, idleRssMib, activeSandboxMib } };
}

function floorFor(last: number, { floor, poolCreates }: Sizes): number {
  return last < CONCURRENCY ? poolCreates : floor.many;
}

async function activeSandbox(service: BenchService, count: number): Promise<number> {
  const sets: number[] = [];
  const ids: string[] = [];
  for (let made = 0; made < count; made += 1) {
    const { id, containerId, inside } = await benchSandbox(service);
    ids.push(id);
    await inside.ask('true');
    sets.push((await cgroupMemory(containerId)).workingSetMib);
  }
  await deleteAll(service, ids);
  return sets.reduce((sum, one) => sum + one, 0) / sets.length;
}

async function workingSets({ serviceId }: BenchService): Promise<readonly number[]> {
  const sets: number[] = [];
  for (const id of await runningOf(serviceId)) {
    try {
      sets.push((await cgroupMemory(id)).workingSetMib);
    } catch (error) {
      // Slots come and go: one that ended since it was listed has no memory.
      if ((await runningOf(serviceId)).includes(id)) throw error;
    }
  }
  return sets;
}

async function runningOf(serviceId: string): Promise<readonly string[]> {
  return (await containersOf(serviceId)).filter(({ State }) => State === 'running').map(({ Id }) => Id);
}
