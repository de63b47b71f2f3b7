import { SandboxError } from '../../domain/errors.ts';
import { agentFill } from './agent-fill.ts';
import { type AgentFolder, agentArgv } from './agent-folder.ts';
import { AGENT_FOLDER } from './agent-place.ts';
import type { AgentReach } from './agent-reach.ts';
import type { EngineContext } from './engine-context.ts';
import { LABELS } from './labels.ts';
import { hasVolume, listVolumes, removeVolume } from './volumes.ts';

const LEAST_AGE_MS = 3_600_000;

/** An agent that the engine has, ready to be mounted. */
export interface DeliveredAgent {
  readonly version: string;
  readonly volume: string;
  /** Command line of the main process. */
  readonly argv: readonly string[];
  readonly reach: AgentReach;
}

export interface AgentDelivery {
  /**
   * The agent of this build on the engine, delivered when it is not there: into one volume named by its content, shared
   * by all installations and sandboxes of the engine. Safe to call at once.
   */
  ensure(): Promise<Omit<DeliveredAgent, 'reach'>>;
  /** Removes agents of other builds that no container uses, an hour after they came: another service may be about to. */
  removeOld(): Promise<void>;
}

/** `folder` is the agent as it was built; undefined when the service runs without one. */
export function agentDelivery(context: EngineContext, folder: () => Promise<AgentFolder> | undefined): AgentDelivery {
  let underWay: Promise<AgentFolder> | undefined;
  return {
    async ensure() {
      underWay ??= deliver(context, folder()).finally(() => {
        underWay = undefined;
      });
      const { version, loader } = await underWay;
      return { version, volume: volumeName(version), argv: agentArgv(AGENT_FOLDER, loader) };
    },
    async removeOld() {
      const current = (await folder())?.version;
      const oldMs = context.clock.nowMs() - LEAST_AGE_MS;
      for (const { name, createdAtMs } of await listVolumes(context, LABELS.agent)) {
        if (current !== undefined && name.startsWith(volumeName(current))) continue;
        if (createdAtMs < oldMs) await removeVolume(context, name);
      }
    },
  };
}

/** The mark is a volume too: it is made when the other one is full, and goes with it in every prune. */
async function deliver(context: EngineContext, building: Promise<AgentFolder> | undefined): Promise<AgentFolder> {
  if (building === undefined) throw new SandboxError('start_failed', 'This build has no agent: run `npm run build`.');
  const folder = await building;
  const volume = volumeName(folder.version);
  if (await hasVolume(context, markOf(volume))) {
    if (await hasVolume(context, volume)) return folder;
    await removeVolume(context, markOf(volume));
  }
  await agentFill(context, { folder, volume, mark: markOf(volume), into: AGENT_FOLDER });
  return folder;
}

function volumeName(version: string): string {
  return `sandglass-agent-${version}`;
}

function markOf(volume: string): string {
  return `${volume}-ready`;
}
