import { AGENT_PORT } from '../contract/agent.ts';
import type { SandboxView } from '../contract/sandbox-view.ts';
import { nextDeadline } from '../domain/lifetime.ts';
import type { Reason, Sandbox, StartReport } from '../domain/sandbox.ts';
import { readSpec } from '../domain/spec.ts';
import { isoInstant, maybeInstant } from './instants.ts';

export interface SandboxViewDeps {
  readonly domain: string | null;
  /** Asked only for sandboxes with a disk bound. */
  readonly isDiskEnforced: () => Promise<boolean>;
}

/** A row as callers see it: no value of env, no container, no address. */
export function sandboxViews(deps: SandboxViewDeps): (row: Sandbox) => Promise<SandboxView> {
  return async (row) => ({
    id: row.id,
    tenant: row.tenant,
    state: row.state,
    reason: row.reason === null ? null : reasonView(row.reason),
    template: row.template,
    image: row.image,
    imageDigest: row.imageDigest,
    labels: { ...row.labels },
    envNames: envNames(row),
    resources: await resourcesView(deps, row),
    runtime: row.runtime,
    network: { internet: row.internet },
    lifetime: { ...row.lifetime },
    deadlines: deadlinesView(row),
    createdAt: isoInstant(row.createdAtMs),
    startedAt: maybeInstant(row.startedAtMs),
    stoppedAt: maybeInstant(row.stoppedAtMs),
    pausedAt: maybeInstant(row.pausedAtMs),
    deletedAt: maybeInstant(row.deletedAtMs),
    lastActivityAt: maybeInstant(row.lastActivityAtMs),
    incarnation: row.incarnation,
    version: row.version,
    engine: row.engine,
    start: row.start === null ? null : startView(row.start),
    urls: urlsView(deps, row),
  });
}

function startView({ path, durationMs, stages }: StartReport): SandboxView['start'] {
  return { path, durationMs, stages: { ...stages } };
}

function reasonView({ code, message, exitCode, signal, oomKilled, logTail }: Reason): SandboxView['reason'] {
  return {
    code,
    message,
    ...(exitCode === null ? {} : { exitCode }),
    ...(signal === null ? {} : { signal }),
    ...(oomKilled === null ? {} : { oomKilled }),
    ...(logTail === null ? {} : { logTail }),
  };
}

function envNames(row: Sandbox): string[] | null {
  const reading = readSpec(row.spec);
  return reading.outcome === 'ok' ? Object.keys(reading.spec.env).sort() : null;
}

async function resourcesView(deps: SandboxViewDeps, row: Sandbox): Promise<SandboxView['resources']> {
  const enforced = row.resources.diskMb === null ? {} : { diskEnforced: await deps.isDiskEnforced() };
  return { ...row.resources, ...enforced };
}

function deadlinesView(row: Sandbox): SandboxView['deadlines'] {
  const next = nextDeadline(row);
  return {
    stopAt: maybeInstant(row.stopAtMs),
    idleStopAt: maybeInstant(row.idleStopAtMs),
    deleteAt: maybeInstant(row.deleteAtMs),
    next: next === null ? null : { action: next.action, at: isoInstant(next.atMs) },
  };
}

function urlsView({ domain }: SandboxViewDeps, { id, agentVersion }: Sandbox): SandboxView['urls'] {
  const path = `/sandbox/${id}/{port}/`;
  const port = domain === null ? null : `http://{port}-${id}.${domain}`;
  const agent = (port ?? path).replace('{port}', String(AGENT_PORT));
  return { agent: agentVersion === null ? null : agent, port, path };
}
