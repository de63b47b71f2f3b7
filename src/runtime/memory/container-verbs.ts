import { SandboxError } from '../../domain/errors.ts';
import type { ContainerRuntime } from '../../ports/container-runtime.ts';
import { addContainer, begin, destroy, end, factsOf, freeze, SIGKILLED, SIGTERMED } from './container-life.ts';
import { findContainer, isUp, type MemoryContainer, type MemoryWorld } from './memory-world.ts';

type Verbs = Pick<
  ContainerRuntime,
  'create' | 'start' | 'moveAddress' | 'stop' | 'kill' | 'pause' | 'unpause' | 'update' | 'remove' | 'list' | 'logTail'
>;

/** What changes containers of one installation, and what lists them. */
export function containerVerbs(
  world: MemoryWorld,
  serviceId: string,
  engine: { readonly runtimes: ReadonlyMap<string, unknown>; readonly hasImage: (image: string) => boolean },
): Verbs {
  const { run } = world.faults;
  const find = (containerId: string) => findOwn(world, serviceId, containerId);
  const get = (containerId: string) => find(containerId) ?? fail('not_found', 'The engine has no such container.');
  const frozen = (containerId: string, to: 'running' | 'paused') => {
    const container = get(containerId);
    if (!isUp(container)) fail('conflict', 'The container does not run.', 'not_running');
    if (container.facts.status !== to) freeze(world, container, to);
  };
  return {
    create: (spec) =>
      run('create', () => {
        if (!engine.runtimes.has(spec.runtime)) fail('start_failed', 'The engine has no such runtime.');
        if (!engine.hasImage(spec.image)) return { outcome: 'no_image' };
        const found = findContainer(world, spec.name);
        if (found === undefined) {
          const facts = factsOf(addContainer(world, serviceId, spec));
          return {
            outcome: 'created',
            facts: { ...facts, imageDigest: spec.image.startsWith('sha256:') ? spec.image : '' },
          };
        }
        const isOurs = found.serviceId === serviceId && found.spec.sandboxId === spec.sandboxId;
        return isOurs ? { outcome: 'adopted', facts: factsOf(found) } : { outcome: 'name_conflict' };
      }),
    start: (containerId) => run('start', () => startNow(world, get(containerId))),
    moveAddress: (containerId, _network, address) =>
      run('moveAddress', () => {
        const container = get(containerId);
        if (isUp(container)) fail('conflict', 'The address of a running container cannot be changed.', 'running');
        container.address = address;
      }),
    stop: (containerId, graceSeconds) => run('stop', () => stopNow(world, find(containerId), graceSeconds)),
    kill: (containerId) =>
      run('kill', () => {
        const container = find(containerId);
        if (container !== undefined) end(world, container, SIGKILLED);
      }),
    pause: (containerId) => run('pause', () => frozen(containerId, 'paused')),
    unpause: (containerId) => run('unpause', () => frozen(containerId, 'running')),
    update: (containerId, { cpus, memoryMb, pids }) =>
      run('update', () => {
        const container = get(containerId);
        container.facts = { ...container.facts, resources: { cpus, memoryMb, pids } };
      }),
    remove: (containerId) =>
      run('remove', () => {
        const container = find(containerId);
        if (container !== undefined) destroy(world, container);
      }),
    list: () => run('list', () => summaries(world, serviceId)),
    logTail: (containerId, maxBytes) =>
      run('logTail', () =>
        Buffer.from(findContainer(world, containerId)?.log ?? '')
          .subarray(-maxBytes)
          .toString('utf8'),
      ),
  };
}

function startNow(world: MemoryWorld, container: MemoryContainer): void {
  if (container.facts.status === 'running') return;
  if (container.facts.status === 'paused') fail('conflict', 'A paused container cannot be started.', 'not_startable');
  const hasOurs = (one: MemoryContainer) =>
    one !== container && isUp(one) && one.address === container.address && one.spec.network === container.spec.network;
  if ([...world.containers.values()].some(hasOurs)) fail('conflict', 'Address already in use', 'address_in_use');
  begin(world, container);
}

async function stopNow(
  world: MemoryWorld,
  container: MemoryContainer | undefined,
  graceSeconds: number,
): Promise<void> {
  if (container === undefined || !isUp(container)) return;
  if (container.isTermIgnored) {
    const { signal } = container.run;
    await world.clock.sleep(graceSeconds * 1000, signal).catch(() => {});
    // A kill in between ended this run; what runs now is not this stop's.
    if (!signal.aborted) end(world, container, SIGKILLED);
    return;
  }
  end(world, container, SIGTERMED);
}

function findOwn(world: MemoryWorld, serviceId: string, containerId: string): MemoryContainer | undefined {
  const found = findContainer(world, containerId);
  if (found !== undefined && found.serviceId !== serviceId) {
    fail('conflict', 'The container belongs to somebody else.', 'not_ours');
  }
  return found;
}

function summaries(world: MemoryWorld, serviceId: string) {
  return [...world.containers.values()]
    .filter((container) => container.serviceId === serviceId)
    .map(({ id, spec, facts, createdAtMs }) => ({
      id,
      name: spec.name,
      sandboxId: spec.sandboxId,
      status: facts.status,
      createdAtMs,
    }));
}

function fail(code: 'not_found' | 'conflict' | 'start_failed', message: string, reason?: string): never {
  throw new SandboxError(code, message, reason === undefined ? {} : { details: { reason } });
}
