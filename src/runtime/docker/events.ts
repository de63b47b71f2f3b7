import { z } from 'zod';
import { isSandboxError, SandboxError } from '../../domain/errors.ts';
import type { ContainerEvent } from '../../ports/container-runtime.ts';
import type { EngineContext } from './engine-context.ts';
import { jsonLines } from './json-lines.ts';
import { LABELS } from './labels.ts';

const ACTIONS = ['start', 'die', 'oom', 'destroy', 'pause', 'unpause'] as const;

const eventSchema = z.object({
  Type: z.literal('container'),
  Action: z.enum(ACTIONS),
  Actor: z.object({ ID: z.string(), Attributes: z.record(z.string(), z.string()) }),
});

/** Events of this installation's containers. Ends when the signal aborts; throws `engine_unavailable` when the stream breaks. */
export async function* containerEvents(context: EngineContext, signal: AbortSignal): AsyncGenerator<ContainerEvent> {
  if (signal.aborted) return;
  const filters = { type: ['container'], event: ACTIONS, label: [`${LABELS.service}=${context.serviceId}`] };
  const call = {
    name: 'events',
    method: 'GET',
    path: '/events',
    query: { filters: JSON.stringify(filters) },
    deadlineMs: context.deadlines.read,
  } as const;
  try {
    const stream = await context.calls.open(call, signal);
    if (stream.statusCode !== 200) {
      stream.destroy();
      throw broken(context, `status ${stream.statusCode}`);
    }
    for await (const json of jsonLines(stream)) {
      const event = readEvent(json);
      if (event !== undefined) yield event;
    }
  } catch (error) {
    if (signal.aborted) return;
    throw isSandboxError(error) ? error : broken(context, error);
  }
  throw broken(context, 'the engine ended it');
}

/** undefined for what is no lifecycle event of a sandbox's container. */
export function readEvent(json: unknown): ContainerEvent | undefined {
  const parsed = eventSchema.safeParse(json);
  if (!parsed.success) return undefined;
  const { Action, Actor } = parsed.data;
  const sandboxId = Actor.Attributes[LABELS.sandbox];
  return sandboxId === undefined ? undefined : { action: Action, sandboxId, containerId: Actor.ID };
}

function broken(context: EngineContext, cause: unknown): SandboxError {
  return new SandboxError('engine_unavailable', `The event stream of the engine "${context.engine}" broke.`, { cause });
}
