import { SandboxError } from '../../domain/errors.ts';
import type { ContainerFacts, ContainerSummary } from '../../ports/container-runtime.ts';
import { readFacts, readSummaries } from './container-facts.ts';
import type { EngineContext } from './engine-context.ts';
import { LABELS } from './labels.ts';
import { refusal } from './refusals.ts';

/** By id or name; undefined when the engine has none. */
export async function inspectContainer(context: EngineContext, idOrName: string): Promise<ContainerFacts | undefined> {
  const answer = await context.calls.ask({
    name: 'inspect',
    method: 'GET',
    path: containerPath(idOrName, '/json'),
    deadlineMs: context.deadlines.read,
  });
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw refusal(answer, 'look at a container');
  return readFacts(answer, context.publishedHost());
}

export async function listContainers(context: EngineContext): Promise<readonly ContainerSummary[]> {
  const answer = await context.calls.ask({
    name: 'list',
    method: 'GET',
    path: '/containers/json',
    query: { all: 'true', filters: JSON.stringify({ label: [`${LABELS.service}=${context.serviceId}`] }) },
    deadlineMs: context.deadlines.read,
  });
  if (answer.status !== 200) throw refusal(answer, 'list its containers');
  return readSummaries(answer);
}

/** A container of this installation; undefined when it is gone. Throws `conflict` for somebody else's. */
export async function findOwn(context: EngineContext, containerId: string): Promise<ContainerFacts | undefined> {
  const facts = await inspectContainer(context, containerId);
  if (facts === undefined || facts.serviceId === context.serviceId) return facts;
  throw new SandboxError('conflict', `Container ${containerId.slice(0, 12)} belongs to somebody else.`, {
    hint: 'Only containers with the label of this installation are changed.',
    details: { reason: 'not_ours' },
  });
}

export function containerPath(idOrName: string, suffix: string): string {
  return `/containers/${encodeURIComponent(idOrName)}${suffix}`;
}

export function isUp(facts: ContainerFacts): boolean {
  return facts.status === 'running' || facts.status === 'paused';
}
