import { isSandboxError, type SandboxError } from '../../domain/errors.ts';
import { containerPath, findOwn, inspectContainer } from './container-look.ts';
import type { EngineContext } from './engine-context.ts';
import { refusal } from './refusals.ts';

const FIRST_WAIT_MS = 10;
const LONGEST_WAIT_MS = 500;

/**
 * Kills and removes a container of ours with its anonymous volumes, and returns when inspect says that it is gone.
 * Joins a removal under way. Throws what the engine said last when it is still there at the deadline.
 */
export async function removeContainer(context: EngineContext, containerId: string): Promise<void> {
  if ((await findOwn(context, containerId)) === undefined) return;
  const giveUpMs = context.clock.monotonicMs() + context.deadlines.remove;
  const refused = await askRemove(context, containerId);
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    if ((await inspectContainer(context, containerId)) === undefined) return;
    if (refused !== undefined && !isUnderWay(refused)) throw refused;
    if (context.clock.monotonicMs() > giveUpMs) throw refused ?? stillThere();
    await context.clock.sleep(waitMs);
  }
}

/** The error that the removal met; undefined when the engine took it. */
async function askRemove(context: EngineContext, containerId: string): Promise<SandboxError | undefined> {
  try {
    const answer = await context.calls.ask({
      name: 'remove',
      method: 'DELETE',
      path: containerPath(containerId, ''),
      query: { force: 'true', v: 'true' },
      deadlineMs: context.deadlines.remove,
    });
    return answer.status < 400 || answer.status === 404 ? undefined : refusal(answer, 'remove the container');
  } catch (error) {
    if (isSandboxError(error)) return error;
    throw error;
  }
}

/** Another caller's removal. */
function isUnderWay(error: SandboxError): boolean {
  return /removal of container .* is already in progress/i.test(error.message);
}

function stillThere(): SandboxError {
  return refusal({ status: 504, body: 'the container is still there after its removal' }, 'remove the container');
}
