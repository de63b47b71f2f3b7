import { isSandboxError, SandboxError } from '../../domain/errors.ts';
import type { ContainerFacts } from '../../ports/container-runtime.ts';
import { containerPath, findOwn, inspectContainer } from './container-look.ts';
import type { EngineContext } from './engine-context.ts';
import { containerGone, refusal } from './refusals.ts';

export function pauseContainer(context: EngineContext, containerId: string): Promise<void> {
  return bring(context, containerId, { call: 'pause', to: 'paused', from: 'running' });
}

export function unpauseContainer(context: EngineContext, containerId: string): Promise<void> {
  return bring(context, containerId, { call: 'unpause', to: 'running', from: 'paused' });
}

interface Step {
  readonly call: 'pause' | 'unpause';
  readonly to: 'paused' | 'running';
  readonly from: 'paused' | 'running';
}

async function bring(context: EngineContext, containerId: string, step: Step): Promise<void> {
  if (isThere(await findOwn(context, containerId), containerId, step)) return;
  try {
    const answer = await context.calls.ask({
      name: step.call,
      method: 'POST',
      path: containerPath(containerId, `/${step.call}`),
      deadlineMs: context.deadlines.freeze,
    });
    if (answer.status >= 400) throw refusal(answer, `${step.call} the container`);
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    // Another caller may have been first, or no answer came: what it is now decides.
    if (!isThere(await inspectContainer(context, containerId), containerId, step)) throw error;
  }
}

/** True when nothing is left to do; throws when it cannot be done. */
function isThere(facts: ContainerFacts | undefined, containerId: string, step: Step): boolean {
  if (facts === undefined) throw containerGone(containerId);
  if (facts.status === step.to) return true;
  if (facts.status === step.from) return false;
  throw new SandboxError('conflict', `The container does not run, so it cannot ${step.call}.`, {
    details: { reason: 'not_running', status: facts.status },
  });
}
