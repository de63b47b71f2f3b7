import { SandboxError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ContainerRuntime, EngineInfo, PullProgress, RuntimeCapabilities } from '../../ports/container-runtime.ts';
import { addressRing } from '../address-ring.ts';
import { isImageName } from '../image-reference.ts';
import { joinedPulls } from '../joined-pulls.ts';
import { containerInsides } from './container-insides.ts';
import { digestOf, factsOf } from './container-life.ts';
import { containerVerbs } from './container-verbs.ts';
import { type MemoryControl, memoryControl } from './memory-control.ts';
import { findContainer, type MemoryWorld, memoryWorld } from './memory-world.ts';

export interface MemoryRuntimeDeps {
  readonly serviceId: string;
  readonly clock: Clock;
  /** The engine's name; `memory` when not given. */
  readonly engine?: string;
  /** The engine it runs on; one of its own when not given. */
  readonly world?: MemoryWorld;
  /** Runtimes that the engine has besides runc, or what runc cannot do. */
  readonly capabilities?: Readonly<Record<string, Partial<RuntimeCapabilities>>>;
  readonly openSubnet?: string;
  readonly closedSubnet?: string;
}

const ALL: RuntimeCapabilities = { restart: true, pause: true, quota: true, stats: true };

/**
 * The port without an engine, for tests. Every image exists but those with `missing` in their name. The commands
 * `true`, `false` and `sh -c "exit N"` end at once; everything else runs until it is ended.
 */
export function memoryRuntime(deps: MemoryRuntimeDeps): { runtime: ContainerRuntime; control: MemoryControl } {
  const { serviceId, engine = 'memory' } = deps;
  const world = deps.world ?? memoryWorld(deps.clock);
  const runtimes = new Map(Object.entries({ runc: {}, ...deps.capabilities }));
  const rings = {
    open: addressRing(deps.openSubnet ?? '10.88.0.0/16'),
    closed: addressRing(deps.closedSubnet ?? '10.89.0.0/16'),
  };
  const closing = new AbortController();
  const pulls = joinedPulls((image, onProgress) => pullInto(world, image, onProgress));
  const { run } = world.faults;
  const runtime: ContainerRuntime = {
    engine,
    ping: () => run('ping', () => {}),
    info: () =>
      run('info', () => ({
        ...machine,
        name: engine,
        runtimes: [...runtimes.keys()],
        networks: [
          { name: 'sandglass-open', subnet: rings.open.subnet },
          { name: 'sandglass-closed', subnet: rings.closed.subnet },
        ],
        nowMs: deps.clock.nowMs(),
      })),
    isHostIsolated: () => run('isHostIsolated', () => true),
    capabilities: (name) =>
      run('capabilities', () => (runtimes.has(name) ? { ...ALL, ...runtimes.get(name) } : undefined)),
    prepare: () => run('prepare', () => {}),
    agentVersion: async () => 'memory',
    writtenBytes: () => run('writtenBytes', () => []),
    deliverAgent: () => run('deliverAgent', () => {}),
    addressAt: (network, index) => rings[network].at(index),
    addressCount: (network) => rings[network].count,
    findImage: (image) => run('findImage', () => (hasImage(world, image) ? digestOf(image) : undefined)),
    pullImage: (image, onProgress, options) => run('pullImage', () => pulls.pull(image, onProgress, options)),
    keepImage: (_templateName, image) =>
      run('keepImage', () => {
        if (!hasImage(world, image)) throw new SandboxError('not_found', `The engine has no image "${image}" to keep.`);
      }),
    releaseImages: () => run('releaseImages', () => {}),
    ...containerVerbs(world, serviceId, { runtimes, hasImage: (image) => hasImage(world, image) }),
    ...containerInsides(world),
    inspect: (idOrName) =>
      run('inspect', () => {
        const found = findContainer(world, idOrName);
        return found === undefined ? undefined : factsOf(found);
      }),
    events: (signal) => openEvents(world, serviceId, AbortSignal.any([signal, closing.signal])),
    async close() {
      closing.abort();
    },
  };
  return { runtime, control: memoryControl(world, serviceId) };
}

const machine: Omit<EngineInfo, 'name' | 'runtimes' | 'networks' | 'nowMs'> = {
  version: '0.0.0-memory',
  storageDriver: 'memory',
  cgroupVersion: '2',
  kernel: 'none',
  cpus: 8,
  memoryBytes: 32 * 1024 ** 3,
  dataRoot: '/nowhere',
  diskEnforced: true,
  agentsReached: 'in memory',
};

async function* openEvents(world: MemoryWorld, serviceId: string, signal: AbortSignal) {
  await world.faults.run('events', () => {});
  yield* world.feed.subscribe(serviceId, signal);
}

function hasImage(world: MemoryWorld, image: string): boolean {
  return isImageName(image) && !image.includes('missing') && !world.removedImages.has(image);
}

async function pullInto(
  world: MemoryWorld,
  image: string,
  onProgress: (progress: PullProgress) => void,
): Promise<string> {
  onProgress({ phase: 'resolving', currentBytes: 0, totalBytes: 0 });
  if (image.includes('missing')) {
    throw new SandboxError('start_failed', `The image "${image}" could not be pulled: manifest unknown`);
  }
  onProgress({ phase: 'downloading', currentBytes: 0, totalBytes: 1_000 });
  world.removedImages.delete(image);
  onProgress({ phase: 'done', currentBytes: 1_000, totalBytes: 1_000 });
  return digestOf(image);
}
