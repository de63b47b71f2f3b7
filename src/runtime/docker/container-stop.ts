import { isSandboxError } from '../../domain/errors.ts';
import { containerPath, findOwn, inspectContainer, isUp } from './container-look.ts';
import type { EngineCall } from './engine-calls.ts';
import type { EngineContext } from './engine-context.ts';
import { refusal } from './refusals.ts';

/** SIGTERM, after the grace SIGKILL; the engine thaws a paused one for it. Returns when it does not run. */
export async function stopContainer(context: EngineContext, containerId: string, graceSeconds: number): Promise<void> {
  // The engine takes whole seconds.
  const seconds = Math.max(0, Math.ceil(graceSeconds));
  await end(context, containerId, {
    name: 'stop',
    method: 'POST',
    path: containerPath(containerId, '/stop'),
    query: { t: String(seconds) },
    deadlineMs: seconds * 1000 + context.deadlines.stop,
  });
}

/** SIGKILL at once. Returns when it does not run: the engine answers a kill before the process has gone. */
export async function killContainer(context: EngineContext, containerId: string): Promise<void> {
  const deadlineMs = context.deadlines.kill;
  await end(context, containerId, {
    name: 'kill',
    method: 'POST',
    path: containerPath(containerId, '/kill'),
    query: { signal: 'SIGKILL' },
    deadlineMs,
  });
  await end(context, containerId, {
    name: 'wait',
    method: 'POST',
    path: containerPath(containerId, '/wait'),
    query: { condition: 'not-running' },
    deadlineMs,
  });
}

/** Sends what ends a container of ours; one that does not run, or is gone, is ended, whatever the engine answered. */
async function end(context: EngineContext, containerId: string, call: EngineCall): Promise<void> {
  if ((await findOwn(context, containerId)) === undefined) return;
  try {
    const answer = await context.calls.ask(call);
    if (answer.status < 400 || answer.status === 404) return;
    throw refusal(answer, `${call.name} the container`);
  } catch (error) {
    if (!isSandboxError(error)) throw error;
    const facts = await inspectContainer(context, containerId);
    if (facts !== undefined && isUp(facts)) throw error;
  }
}
