import type { EndFacts } from '../../domain/events.ts';
import { containerName } from '../../domain/ids.ts';
import { signalOf } from '../../domain/reasons.ts';
import type { Sandbox } from '../../domain/sandbox.ts';
import type { Log } from '../../observe/logger.ts';
import type { AgentClient } from '../../ports/agent-client.ts';
import type { ChangeFeed } from '../../ports/change-feed.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ContainerFacts, ContainerRuntime } from '../../ports/container-runtime.ts';
import type { LiveStore } from '../../ports/live-store.ts';
import type { MemoryKills } from '../../ports/memory-kills.ts';
import type { SandboxStore } from '../../ports/sandbox-store.ts';
import type { Tokens } from '../../ports/tokens.ts';

export interface JobDeps {
  readonly serviceId: string;
  readonly runtime: ContainerRuntime;
  readonly agent: AgentClient;
  readonly tokens: Tokens;
  readonly store: SandboxStore;
  readonly live: LiveStore;
  readonly feed: Pick<ChangeFeed, 'publish'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Where the engine's kernel is this machine's. */
  readonly kills?: MemoryKills | undefined;
}

const LOG_TAIL_BYTES = 4096;

/** The sandbox's own container: by recorded id, else by its name; undefined when there is none, or it is not ours. */
export async function findContainer(deps: JobDeps, row: Sandbox): Promise<ContainerFacts | undefined> {
  const recorded = row.containerId === null ? undefined : await deps.runtime.inspect(row.containerId);
  const facts = recorded ?? (await deps.runtime.inspect(containerName(deps.serviceId, row.id)));
  return facts?.serviceId === deps.serviceId && facts.sandboxId === row.id ? facts : undefined;
}

export function isUp(facts: ContainerFacts): boolean {
  return facts.status === 'running' || facts.status === 'paused';
}

/** How a container ended, with the end of its log. */
export async function endFactsOf(deps: JobDeps, facts: ContainerFacts): Promise<EndFacts> {
  const killed = facts.oomKilled ? deps.kills?.lastIn(facts.id) : undefined;
  const logTail = await deps.runtime.logTail(facts.id, LOG_TAIL_BYTES);
  return {
    exitCode: facts.exitCode,
    signal: signalOf(facts.exitCode),
    oomKilled: facts.oomKilled,
    ...(killed === undefined ? {} : { killed }),
    logTail: logTail === '' ? null : logTail,
  };
}
