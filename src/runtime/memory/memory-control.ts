import type { ContainerEvent, ContainerFacts, ContainerSpec } from '../../ports/container-runtime.ts';
import { addContainer, begin, destroy, type End, end, factsOf, freeze, SIGKILLED } from './container-life.ts';
import type { CallName, Fault } from './faults.ts';
import { type MemoryContainer, type MemoryWorld, tell } from './memory-world.ts';

/** What happens to an engine from outside, for tests. Sandboxes are named by id; unknown ones throw. */
export interface MemoryControl {
  /** Its main process ends by itself. */
  exit(sandboxId: string, how: End): void;
  /** A process inside is killed for memory while the main process lives on. */
  oom(sandboxId: string): void;
  /** What a person does with `docker`, `pause` and its kin included. */
  startOutside(sandboxId: string): void;
  killOutside(sandboxId: string): void;
  pauseOutside(sandboxId: string): void;
  unpauseOutside(sandboxId: string): void;
  removeOutside(sandboxId: string): void;
  /** A container of nobody (`serviceId` null) or of another installation; answers its id. */
  addOutside(spec: ContainerSpec, serviceId: string | null, status: 'created' | 'running'): string;
  /** Its main process writes. */
  print(sandboxId: string, text: string): void;
  /** A file comes to be in its container; `path` is absolute. */
  putFile(sandboxId: string, path: string, text: string): void;
  /** SIGTERM does nothing to it: a stop takes the whole grace on the injected clock. */
  ignoreTerm(sandboxId: string): void;
  /** The engine no longer has an image until it is pulled. */
  removeImage(image: string): void;

  /** Each call of that name takes so long on the injected clock before it acts; 0 = no time. */
  delay(call: CallName, ms: number): void;
  failNext(call: CallName, fault?: Fault): void;
  /** The next call of that name waits for the returned function, then acts. */
  hangNext(call: CallName): () => void;
  /** Every call fails with `engine_unavailable` and event streams break; containers live on. */
  goDown(): void;
  comeUp(): void;
  emit(event: ContainerEvent): void;
  cutEvents(): void;

  /** How often the port was called by that name. */
  count(call: CallName): number;
  /** All containers of the engine, oldest first, those of others too. */
  containers(): readonly ContainerFacts[];
}

export function memoryControl(world: MemoryWorld, serviceId: string): MemoryControl {
  const get = (sandboxId: string): MemoryContainer => {
    const isIt = (one: MemoryContainer) => one.serviceId === serviceId && one.spec.sandboxId === sandboxId;
    const found = [...world.containers.values()].find(isIt);
    if (found === undefined) throw new Error(`the memory engine has no container of sandbox ${sandboxId}`);
    return found;
  };
  return {
    exit: (sandboxId, how) => end(world, get(sandboxId), how),
    oom: (sandboxId) => tell(world, get(sandboxId), 'oom'),
    startOutside: (sandboxId) => begin(world, get(sandboxId)),
    killOutside: (sandboxId) => end(world, get(sandboxId), SIGKILLED),
    pauseOutside: (sandboxId) => freeze(world, get(sandboxId), 'paused'),
    unpauseOutside: (sandboxId) => freeze(world, get(sandboxId), 'running'),
    removeOutside: (sandboxId) => destroy(world, get(sandboxId)),
    addOutside(spec, owner, status) {
      const container = addContainer(world, owner, spec);
      if (status === 'running') begin(world, container);
      return container.id;
    },
    putFile: (sandboxId, path, text) => void get(sandboxId).files.set(path, Buffer.from(text)),
    print(sandboxId, text) {
      const container = get(sandboxId);
      container.log += text;
      for (const tell of [...container.listeners]) tell();
    },
    ignoreTerm(sandboxId) {
      get(sandboxId).isTermIgnored = true;
    },
    removeImage(image) {
      world.removedImages.add(image);
    },
    delay: world.faults.delay,
    failNext: world.faults.failNext,
    hangNext: world.faults.hangNext,
    goDown() {
      world.faults.setDown(true);
      world.feed.cut();
    },
    comeUp: () => world.faults.setDown(false),
    emit: (event) => world.feed.tell({ ...event, serviceId }),
    cutEvents: () => world.feed.cut(),
    count: world.faults.count,
    containers: () => [...world.containers.values()].map(factsOf),
  };
}
