import type { Clock } from '../../ports/clock.ts';
import type { ContainerFacts, ContainerSpec } from '../../ports/container-runtime.ts';
import { type EventFeed, eventFeed } from './event-feed.ts';
import { type Faults, faults } from './faults.ts';

export interface MemoryContainer {
  readonly id: string;
  readonly spec: ContainerSpec;
  /** null for a container that belongs to no installation. */
  readonly serviceId: string | null;
  readonly createdAtMs: number;
  facts: Pick<ContainerFacts, 'status' | 'startedAt' | 'exitCode' | 'oomKilled' | 'error' | 'resources'>;
  address: string | null;
  runs: number;
  log: string;
  /** Called when it has written something. */
  readonly listeners: Set<() => void>;
  /** By absolute path. */
  readonly files: Map<string, Buffer>;
  isTermIgnored: boolean;
  /** True while its agent says that a process runs. */
  isBusy: boolean;
  /** The incarnation that the agent of the present run was given. */
  initiated: { readonly incarnation: number; readonly createdAtMs: number } | null;
  /** Aborted when the present run ends. */
  run: AbortController;
}

/** An engine of its own: two runtimes over one world are two services on one engine, or one service before and after a crash. */
export interface MemoryWorld {
  readonly clock: Clock;
  readonly containers: Map<string, MemoryContainer>;
  /** How many were ever made: their ids come from it. */
  made: number;
  readonly removedImages: Set<string>;
  readonly feed: EventFeed;
  readonly faults: Faults;
}

export function memoryWorld(clock: Clock): MemoryWorld {
  const feed = eventFeed();
  return { clock, containers: new Map(), made: 0, removedImages: new Set(), feed, faults: faults(clock) };
}

export function findContainer(world: MemoryWorld, idOrName: string): MemoryContainer | undefined {
  const byId = world.containers.get(idOrName);
  return byId ?? [...world.containers.values()].find((container) => container.spec.name === idOrName);
}

export function isUp(container: MemoryContainer): boolean {
  return container.facts.status === 'running' || container.facts.status === 'paused';
}

export function tell(
  world: MemoryWorld,
  container: MemoryContainer,
  action: 'start' | 'die' | 'oom' | 'destroy' | 'pause' | 'unpause',
) {
  const { id, serviceId, spec } = container;
  world.feed.tell({ action, containerId: id, sandboxId: spec.sandboxId, serviceId });
}
