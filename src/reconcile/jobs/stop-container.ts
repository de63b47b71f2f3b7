import { errorMessage, SandboxError } from '../../domain/errors.ts';
import type { SandboxEvent } from '../../domain/events.ts';
import type { Sandbox } from '../../domain/sandbox.ts';
import type { SandboxInfo } from '../../domain/sandbox-info.ts';
import type { ContainerFacts } from '../../ports/container-runtime.ts';
import type { Job } from '../drive.ts';
import { archiveLiveInfo } from '../live-mirror.ts';
import { endFactsOf, findContainer, isUp, type JobDeps } from './job-deps.ts';

/** Ends with no container running, and with the live info archived. Nothing running is done already. */
export function stopContainer(deps: JobDeps): Job {
  return async (row, signal) => {
    let facts = await findContainer(deps, row);
    if (facts !== undefined && isUp(facts)) {
      await stopBy(deps, row, facts, signal);
      if (signal.aborted) return undefined;
      facts = await findContainer(deps, row);
      if (facts !== undefined && isUp(facts)) throw startedAgain();
    }
    const end = facts === undefined ? null : await endFactsOf(deps, facts);
    // What never ran holds nothing: the next try makes it anew.
    const isContainerKept = row.ranOnce && facts !== undefined;
    if (facts !== undefined && !row.ranOnce) await deps.runtime.remove(facts.id);
    return {
      type: 'STOP_SUCCEEDED',
      incarnation: row.incarnation,
      end,
      snapshot: archiveLiveInfo(row, await readLive(deps, row)),
      isContainerKept,
    } satisfies SandboxEvent;
  };
}

function startedAgain(): SandboxError {
  return new SandboxError('conflict', 'Its container was started again from outside while it was stopped.');
}

/** SIGTERM now, SIGKILL at the row's `killAt`, also when that is brought forward while the engine waits. */
async function stopBy(deps: JobDeps, row: Sandbox, facts: ContainerFacts, signal: AbortSignal): Promise<void> {
  const graceMs = Math.max(0, (row.killAtMs ?? 0) - deps.clock.nowMs());
  if (facts.agentEndpoint !== null && facts.status === 'running') {
    void deps.agent.announceStop(facts.agentEndpoint, deps.tokens.initSecret(row.id), graceMs);
  }
  const stopping = deps.runtime.stop(facts.id, Math.ceil(graceMs / 1000));
  const ended = stopping.then(
    () => 'ended' as const,
    () => 'ended' as const,
  );
  const first = await Promise.race([ended, whenAborted(signal)]);
  if (first === 'aborted') await killBy(deps, row.id, facts.id, ended);
  await stopping;
}

async function killBy(deps: JobDeps, id: string, containerId: string, ended: Promise<'ended'>): Promise<void> {
  const killAtMs = (await deps.store.find(id))?.killAtMs ?? 0;
  const giveUp = new AbortController();
  const wait = deps.clock.sleep(Math.max(0, killAtMs - deps.clock.nowMs()), giveUp.signal).then(
    () => 'kill' as const,
    () => 'ended' as const,
  );
  const next = await Promise.race([ended, wait]);
  giveUp.abort();
  if (next === 'kill') await deps.runtime.kill(containerId);
}

function whenAborted(signal: AbortSignal): Promise<'aborted'> {
  if (signal.aborted) return Promise.resolve('aborted');
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve('aborted'), { once: true }));
}

/** undefined when there is none or it cannot be read: the last snapshot stands in then. */
async function readLive(deps: JobDeps, row: Sandbox): Promise<SandboxInfo | undefined> {
  try {
    return await deps.live.get(row.id);
  } catch (error) {
    const fields = { event: 'live.read_failed', sandboxId: row.id, error: errorMessage(error) };
    deps.log.warn(fields, 'live info not read; archiving what the row knows');
    return undefined;
  }
}
