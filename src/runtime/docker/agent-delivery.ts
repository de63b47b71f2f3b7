import { z } from 'zod';
import { SandboxError } from '../../domain/errors.ts';
import { agentFill } from './agent-fill.ts';
import { type AgentFolder, agentArgv } from './agent-folder.ts';
import { AGENT_FOLDER } from './agent-place.ts';
import type { AgentReach } from './agent-reach.ts';
import type { EngineContext } from './engine-context.ts';
import { LABELS } from './labels.ts';
import { refusal, understood } from './refusals.ts';

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
  /** Removes agents of other builds that no container uses. */
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
      for (const name of await listVolumes(context)) {
        if (current !== undefined && name.startsWith(volumeName(current))) continue;
        await removeVolume(context, name);
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

async function hasVolume(context: EngineContext, name: string): Promise<boolean> {
  const answer = await context.calls.ask({
    name: 'volume.inspect',
    method: 'GET',
    path: `/volumes/${encodeURIComponent(name)}`,
    deadlineMs: context.deadlines.read,
  });
  if (answer.status === 404) return false;
  if (answer.status !== 200) throw refusal(answer, 'look at the volume of the agent');
  return true;
}

const volumesSchema = z.object({ Volumes: z.array(z.object({ Name: z.string() })).nullish() });

async function listVolumes(context: EngineContext): Promise<readonly string[]> {
  const answer = await context.calls.ask({
    name: 'volume.list',
    method: 'GET',
    path: '/volumes',
    query: { filters: JSON.stringify({ label: [LABELS.agent] }) },
    deadlineMs: context.deadlines.read,
  });
  if (answer.status !== 200) throw refusal(answer, 'list its volumes');
  return (understood(volumesSchema, answer, 'its volumes').Volumes ?? []).map(({ Name }) => Name);
}

/** One that a container uses, stopped ones too, is refused by the engine and stays. */
async function removeVolume(context: EngineContext, name: string): Promise<void> {
  await context.calls.ask({
    name: 'volume.remove',
    method: 'DELETE',
    path: `/volumes/${encodeURIComponent(name)}`,
    deadlineMs: context.deadlines.remove,
  });
}
