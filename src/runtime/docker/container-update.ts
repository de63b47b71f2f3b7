import type { Resources } from '../../domain/sandbox.ts';
import { containerPath, findOwn } from './container-look.ts';
import { limits } from './create-body.ts';
import type { EngineContext } from './engine-context.ts';
import { containerGone, refusal } from './refusals.ts';

/** Changes memory with swap, cpus and pids; of a running container at once. */
export async function updateContainer(
  context: EngineContext,
  containerId: string,
  resources: Resources,
): Promise<void> {
  if ((await findOwn(context, containerId)) === undefined) throw containerGone(containerId);
  const answer = await context.calls.ask({
    name: 'update',
    method: 'POST',
    path: containerPath(containerId, '/update'),
    body: limits(resources),
    deadlineMs: context.deadlines.update,
  });
  if (answer.status === 404) throw containerGone(containerId);
  if (answer.status >= 400) throw refusal(answer, 'change the limits of the container');
}
