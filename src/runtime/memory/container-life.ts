import { createHash } from 'node:crypto';
import type { ContainerFacts, ContainerSpec } from '../../ports/container-runtime.ts';
import { isUp, type MemoryContainer, type MemoryWorld, tell } from './memory-world.ts';

export interface End {
  readonly exitCode: number;
  readonly oomKilled?: boolean;
}

export const SIGKILLED: End = { exitCode: 137 };
export const SIGTERMED: End = { exitCode: 143 };

export function addContainer(world: MemoryWorld, serviceId: string | null, spec: ContainerSpec): MemoryContainer {
  world.made++;
  const id = createHash('sha256').update(`${world.made} ${spec.name}`).digest('hex');
  const container: MemoryContainer = {
    id,
    spec,
    serviceId,
    createdAtMs: world.clock.nowMs(),
    facts: {
      status: 'created',
      startedAt: '',
      exitCode: null,
      oomKilled: false,
      error: '',
      resources: { cpus: spec.resources.cpus, memoryMb: spec.resources.memoryMb, pids: spec.resources.pids },
    },
    address: spec.address,
    runs: 0,
    log: '',
    listeners: new Set(),
    files: new Map(),
    isTermIgnored: false,
    isBusy: false,
    initiated: null,
    run: new AbortController(),
  };
  world.containers.set(id, container);
  return container;
}

/** Begins a run; a command of `true`, `false` or `sh -c "exit N"` ends it at once. */
export function begin(world: MemoryWorld, container: MemoryContainer): void {
  container.runs++;
  container.run = new AbortController();
  container.initiated = null;
  const at = new Date(world.clock.nowMs()).toISOString().slice(0, -1);
  const startedAt = `${at}${String(container.runs).padStart(6, '0')}Z`;
  container.facts = { ...container.facts, status: 'running', startedAt, exitCode: null, oomKilled: false, error: '' };
  tell(world, container, 'start');
  const { main } = container.spec;
  const exitCode = main.kind === 'command' ? exitCodeOf(main.command) : undefined;
  if (exitCode !== undefined) end(world, container, { exitCode });
}

/** Ends the run, if there is one. */
export function end(world: MemoryWorld, container: MemoryContainer, { exitCode, oomKilled = false }: End): void {
  if (!isUp(container)) return;
  container.facts = { ...container.facts, status: 'exited', exitCode, oomKilled };
  if (oomKilled) tell(world, container, 'oom');
  tell(world, container, 'die');
  container.run.abort();
}

export function freeze(world: MemoryWorld, container: MemoryContainer, status: 'running' | 'paused'): void {
  container.facts = { ...container.facts, status };
  tell(world, container, status === 'paused' ? 'pause' : 'unpause');
}

export function destroy(world: MemoryWorld, container: MemoryContainer): void {
  end(world, container, SIGKILLED);
  if (world.containers.delete(container.id)) tell(world, container, 'destroy');
}

export function factsOf(container: MemoryContainer): ContainerFacts {
  return {
    ...container.facts,
    id: container.id,
    name: container.spec.name,
    serviceId: container.serviceId,
    sandboxId: container.serviceId === null ? null : container.spec.sandboxId,
    tenant: container.spec.tenant,
    address: container.address,
    agentVersion: container.spec.main.kind === 'agent' ? 'memory' : null,
    agentEndpoint: endpointOf(container),
    imageDigest: digestOf(container.spec.image),
  };
}

export function digestOf(image: string): string {
  return image.startsWith('sha256:') ? image : `sha256:${createHash('sha256').update(image).digest('hex')}`;
}

export function endpointOf({ spec, address }: MemoryContainer): string | null {
  return spec.main.kind === 'agent' && address !== null ? `${address}:49983` : null;
}

/** How a command that ends at once ends; undefined for all others. */
export function exitCodeOf(command: readonly string[]): number | undefined {
  const [program, option, script] = command;
  if (program === 'true') return 0;
  if (program === 'false') return 1;
  const match = program === 'sh' && option === '-c' ? /^exit (\d+)$/.exec(script ?? '') : null;
  return match === null ? undefined : Number(match[1]);
}
