import { z } from 'zod';
import type { EngineContext } from './engine-context.ts';
import { LABELS } from './labels.ts';
import { refusal } from './refusals.ts';

/** The engine walks every file of every container. */
const DEADLINE_MS = 60_000;
const listSchema = z.array(z.object({ Labels: z.record(z.string(), z.string()), SizeRw: z.number().default(0) }));

/** What each container of this installation has written over its image. */
export async function writtenBytes(
  context: EngineContext,
): Promise<readonly { readonly sandboxId: string; readonly bytes: number }[]> {
  const label = [`${LABELS.service}=${context.serviceId}`];
  const answer = await context.calls.ask({
    name: 'sizes',
    method: 'GET',
    path: '/containers/json',
    query: { size: 'true', filters: JSON.stringify({ label }) },
    deadlineMs: DEADLINE_MS,
  });
  if (answer.status !== 200) throw refusal(answer, 'measure its containers');
  return listSchema
    .parse(answer.body)
    .map(({ Labels, SizeRw }) => ({ sandboxId: Labels[LABELS.sandbox] ?? '', bytes: SizeRw }));
}
