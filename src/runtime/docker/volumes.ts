import { z } from 'zod';
import type { EngineContext } from './engine-context.ts';
import { refusal, understood } from './refusals.ts';

/** Whether the engine has a volume of that name. */
export async function hasVolume(context: EngineContext, name: string): Promise<boolean> {
  const answer = await context.calls.ask({
    name: 'volume.inspect',
    method: 'GET',
    path: `/volumes/${encodeURIComponent(name)}`,
    deadlineMs: context.deadlines.read,
  });
  if (answer.status === 404) return false;
  if (answer.status !== 200) throw refusal(answer, 'look at a volume');
  return true;
}

const volumesSchema = z.object({
  Volumes: z.array(z.object({ Name: z.string(), CreatedAt: z.string().default('') })).nullish(),
});

export interface VolumeSummary {
  readonly name: string;
  /** By the engine's clock. */
  readonly createdAtMs: number;
}

/** Those that carry the label, whatever its value. */
export async function listVolumes(context: EngineContext, label: string): Promise<readonly VolumeSummary[]> {
  const answer = await context.calls.ask({
    name: 'volume.list',
    method: 'GET',
    path: '/volumes',
    query: { filters: JSON.stringify({ label: [label] }) },
    deadlineMs: context.deadlines.read,
  });
  if (answer.status !== 200) throw refusal(answer, 'list its volumes');
  return (understood(volumesSchema, answer, 'its volumes').Volumes ?? []).map(({ Name, CreatedAt }) => ({
    name: Name,
    createdAtMs: Date.parse(CreatedAt) || 0,
  }));
}

/** One that a container uses, stopped ones too, is refused by the engine and stays. */
export async function removeVolume(context: EngineContext, name: string): Promise<void> {
  await context.calls.ask({
    name: 'volume.remove',
    method: 'DELETE',
    path: `/volumes/${encodeURIComponent(name)}`,
    deadlineMs: context.deadlines.remove,
  });
}
