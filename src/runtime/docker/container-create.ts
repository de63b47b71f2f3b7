import { z } from 'zod';
import { isSandboxError, SandboxError } from '../../domain/errors.ts';
import { AGENT_PORT } from '../../ports/agent-client.ts';
import type { ContainerCreateOutcome, ContainerFacts, ContainerSpec } from '../../ports/container-runtime.ts';
import type { SignatureParts } from '../../ports/pool-view.ts';
import type { DeliveredAgent } from './agent-delivery.ts';
import { inspectContainer } from './container-look.ts';
import { createBody } from './create-body.ts';
import type { EngineContext } from './engine-context.ts';
import type { EngineAnswer } from './exchange.ts';
import { inspectImage } from './images.ts';
import { readOnlyFolders } from './read-only-folders.ts';
import { refusal } from './refusals.ts';

/**
 * A name is refused before its holder can be inspected (the engine takes 10 to 40 ms to make it), and the holder can go
 * between the refusal and the look at it.
 */
const HOLDER_LOOKS = 50;
const HOLDER_LOOK_MS = 20;
/** How often a create without any answer is asked again. */
const UNANSWERED_TRIES = 3;

/** What is asked only where the container needs it. */
export interface CreateQuestions {
  readonly isDiskEnforced: () => Promise<boolean>;
  readonly agent: () => Promise<DeliveredAgent>;
  readonly signatureOf: (parts: SignatureParts) => string;
}

/** Makes the container, or finds the one of this sandbox under the name. */
export async function createContainer(
  context: EngineContext,
  spec: ContainerSpec,
  facts: CreateQuestions,
): Promise<ContainerCreateOutcome> {
  const agent = spec.main.kind === 'agent' ? await facts.agent() : null;
  if (agent?.reach.kind === 'published' && spec.network === 'closed') throw closedIsOutOfReach();
  const image = agent === null ? undefined : await inspectImage(context, spec.image);
  const body = createBody(spec, {
    serviceId: context.serviceId,
    agent,
    imageUser: image?.user ?? '',
    readOnlyFolders: readOnlyFolders(image?.labels ?? {}),
    signature: image === undefined ? '' : facts.signatureOf(partsOf(spec, image.id, agent)),
    isDiskEnforced: spec.resources.diskMb !== null && (await facts.isDiskEnforced()),
  });
  let unanswered = 0;
  for (let look = 1; look <= HOLDER_LOOKS && unanswered < UNANSWERED_TRIES; look++) {
    const answer = await askCreate(context, spec, body);
    if (answer === 'unknown' || answer.status === 409) {
      const found = await inspectContainer(context, spec.name);
      if (found !== undefined)
        return isOfSandbox(found, spec, context) ? { outcome: 'adopted', facts: found } : CONFLICT;
      if (answer === 'unknown') unanswered++;
      await context.clock.sleep(HOLDER_LOOK_MS);
      continue;
    }
    if (answer.status === 404) return { outcome: 'no_image' };
    if (answer.status >= 400) throw refusal(answer, 'make the container');
    return { outcome: 'created', facts: factsAsAsked(context, spec, agent, madeSchema.parse(answer.body).Id) };
  }
  throw new SandboxError('engine_unavailable', `The engine neither made nor has the container "${spec.name}".`);
}

function partsOf(spec: ContainerSpec, imageDigest: string, agent: DeliveredAgent | null): SignatureParts {
  const { network, resources, runtime, sudo } = spec;
  const internet = network === 'open';
  return { imageDigest, runtime, internet, sudo, diskMb: resources.diskMb, agentVersion: agent?.version ?? null };
}

const madeSchema = z.object({ Id: z.string() });

/** A 201 says that it was made as asked: an inspect here would cost 1 to 3 ms of every start. */
function factsAsAsked(
  { serviceId }: EngineContext,
  spec: ContainerSpec,
  agent: DeliveredAgent | null,
  id: string,
): ContainerFacts {
  const { name, sandboxId, tenant, address, image, resources } = spec;
  const imageDigest = image.startsWith('sha256:') ? image : '';
  const never = { startedAt: '', exitCode: null, oomKilled: false, error: '' } as const;
  const made = { id, name, status: 'created', serviceId, sandboxId, tenant, address, imageDigest, resources } as const;
  // A published port is the engine's to pick, and known once it runs.
  const agentEndpoint = agent === null || agent.reach.kind === 'published' ? null : `${address}:${AGENT_PORT}`;
  return { ...made, ...never, agentVersion: agent?.version ?? null, agentEndpoint };
}

const CONFLICT: ContainerCreateOutcome = { outcome: 'name_conflict' };

/** `unknown` when no answer came: the engine may have made it. */
async function askCreate(context: EngineContext, spec: ContainerSpec, body: object): Promise<EngineAnswer | 'unknown'> {
  try {
    return await context.calls.ask({
      name: 'create',
      method: 'POST',
      path: '/containers/create',
      query: { name: spec.name },
      body,
      deadlineMs: context.deadlines.create,
    });
  } catch (error) {
    if (isSandboxError(error, 'engine_unavailable')) return 'unknown';
    throw error;
  }
}

/** The engine publishes no port of an internal network. */
function closedIsOutOfReach(): SandboxError {
  return new SandboxError('start_failed', 'A sandbox without internet cannot be reached on this engine.', {
    hint: 'Run the service on the host of the engine, or start the sandbox with internet.',
  });
}

function isOfSandbox(found: ContainerFacts, spec: ContainerSpec, context: EngineContext): boolean {
  return found.serviceId === context.serviceId && found.sandboxId === spec.sandboxId;
}
