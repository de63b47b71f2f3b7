import { SandboxError } from '../../domain/errors.ts';
import { containerName } from '../../domain/ids.ts';
import type { Sandbox } from '../../domain/sandbox.ts';
import { readSpec, type Spec } from '../../domain/spec.ts';
import type { ContainerFacts, ContainerSpec } from '../../ports/container-runtime.ts';
import { isUp, type JobDeps } from './job-deps.ts';
import { pullImage } from './pull-image.ts';
import type { Stopwatch } from './stopwatch.ts';

/** The engine hands a freed address to the next container at once; connections of the one before may still arrive. */
const ADDRESS_QUARANTINE_MS = 10 * 60_000;

/**
 * A container for a sandbox that has never run. One left half made by a crash holds nothing and is made again; one that
 * is up is the start whose outcome was never recorded, and is adopted, unless it was a slot that was unfit. An image
 * that the engine lacks is pulled first.
 */
export async function ensureFreshContainer(
  deps: JobDeps,
  row: Sandbox,
  watch: Stopwatch,
  signal: AbortSignal,
): Promise<ContainerFacts | 'name_conflict'> {
  const wanted = await containerSpec(deps, row, specOf(row));
  const create = () => watch.stage('create', () => deps.runtime.create(wanted));
  let made = await create();
  if (made.outcome === 'no_image') {
    await watch.stage('image', () => pullImage(deps, row, signal));
    made = await create();
  }
  if (made.outcome === 'adopted' && (!isUp(made.facts) || made.facts.tenant !== row.tenant)) {
    await deps.runtime.remove(made.facts.id);
    made = await create();
  }
  if ('facts' in made) return made.facts;
  if (made.outcome === 'name_conflict') return 'name_conflict';
  throw new SandboxError('start_failed', `The engine has no image "${row.image}".`);
}

/** What it was started with; throws `start_failed` when that cannot be read. */
export function specOf(row: Sandbox): Spec {
  const reading = readSpec(row.spec);
  if (reading.outcome === 'ok') return reading.spec;
  throw new SandboxError(
    'start_failed',
    'What this sandbox was started with is no longer readable, so it cannot be made.',
  );
}

async function containerSpec(deps: JobDeps, row: Sandbox, spec: Spec): Promise<ContainerSpec> {
  return {
    name: containerName(deps.serviceId, row.id),
    sandboxId: row.id,
    tenant: row.tenant,
    image: row.image,
    main: { kind: 'agent', initSecretHash: deps.tokens.initSecretHash(row.id) },
    sudo: spec.sudo,
    resources: row.resources,
    runtime: row.runtime,
    network: row.internet ? 'open' : 'closed',
    address: row.address ?? (await takeAddress(deps, row)),
  };
}

/** An address that nobody has, and nobody had within the quarantine. */
export async function takeAddress(deps: JobDeps, row: Sandbox): Promise<string> {
  const network = row.internet ? 'open' : 'closed';
  const size = deps.runtime.addressCount(network);
  const firstIndex = Number.parseInt(deps.serviceId.slice(0, 6), 16) % Math.max(size, 1);
  const pool = { network, firstIndex, size, quarantineMs: ADDRESS_QUARANTINE_MS } as const;
  const index = await deps.store.takeAddress(row.id, pool, deps.clock.nowMs());
  const address = index === undefined ? undefined : deps.runtime.addressAt(network, index);
  if (address === undefined) {
    throw new SandboxError('start_failed', `The network "${network}" has no free address.`);
  }
  return address;
}
