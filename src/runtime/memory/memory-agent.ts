import { SandboxError } from '../../domain/errors.ts';
import type { AgentClient, AgentInitOutcome } from '../../ports/agent-client.ts';
import { end, endpointOf, exitCodeOf } from './container-life.ts';
import type { MemoryContainer, MemoryWorld } from './memory-world.ts';

/** The incarnation of a slot, which a first run may follow. */
const REHEARSAL = 0;

/** The agents of the containers of a world in memory: they answer at once, and run what `begin` would. */
export function memoryAgent(world: MemoryWorld): AgentClient {
  const { run } = world.faults;
  return {
    init: (endpoint, _secret, init) =>
      run('agentInit', (): AgentInitOutcome => {
        const container = find(world, endpoint);
        if (container === undefined) throw new SandboxError('agent_unavailable', 'The agent inside does not answer.');
        const { initiated } = container;
        const { incarnation, createdAtMs } = init;
        const isSame = initiated?.incarnation === incarnation && initiated.createdAtMs === createdAtMs;
        if (initiated !== null && initiated.incarnation !== REHEARSAL && !isSame) {
          return { outcome: 'other_incarnation' };
        }
        container.initiated = { incarnation, createdAtMs };
        const exitCode = exitCodeOf(init.command ?? []);
        if (exitCode === undefined) return { outcome: 'ready', tookMs: 0 };
        end(world, container, { exitCode });
        return { outcome: 'refused', message: `Its command ended at once with code ${exitCode}.`, exitCode };
      }),
    async announceStop() {},
    async call() {
      throw new SandboxError('agent_unavailable', 'Nothing runs inside a container in memory.');
    },
    async upgrade() {
      throw new SandboxError('agent_unavailable', 'Nothing runs inside a container in memory.');
    },
    isBusy: async (endpoint) => find(world, endpoint)?.isBusy ?? false,
    async close() {},
  };
}

function find(world: MemoryWorld, endpoint: string): MemoryContainer | undefined {
  return [...world.containers.values()].find(
    (container) => container.facts.status === 'running' && endpointOf(container) === endpoint,
  );
}
