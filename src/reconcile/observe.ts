import type { EndFacts, SandboxEvent } from '../domain/events.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import type { ContainerFacts } from '../ports/container-runtime.ts';
import type { ApplyEvent } from './apply-event.ts';
import { classify, type Finding } from './classify.ts';
import type { Driver } from './drive.ts';
import { endFactsOf, findContainer, type JobDeps } from './jobs/job-deps.ts';
import type { KeyLock } from './key-lock.ts';

export interface ObserveDeps extends JobDeps {
  readonly lock: KeyLock;
  readonly driver: Driver;
  readonly applyEvent: ApplyEvent;
  /** Counts a difference between row and engine that had to be made good. */
  readonly onCorrection: (kind: string, sandboxId: string) => void;
}

export interface Look {
  /** True at first contact after the engine could not be reached. */
  readonly isAfterEngineLoss: boolean;
  /** True where events may have been missed: a list does not say when a container was started. */
  readonly isAfterGap?: boolean;
}

/** Looks at one sandbox under its lock, with a fresh row and a fresh inspect, and makes the two agree. */
export type Observe = (id: string, look: Look) => Promise<void>;

export function observeWith(deps: ObserveDeps): Observe {
  return (id, look) =>
    deps.lock.run(id, async () => {
      const row = await deps.store.find(id);
      if (row === undefined || row.state === 'deleted') return;
      const facts = await findContainer(deps, row);
      await makeAgree(deps, row, facts, classify(row, facts), look);
      await deps.driver.driveLocked(id);
    });
}

async function makeAgree(
  deps: ObserveDeps,
  row: Sandbox,
  facts: ContainerFacts | undefined,
  finding: Finding,
  look: Look,
): Promise<void> {
  const correct = async (act: (containerId: string) => Promise<void>) => {
    if (facts === undefined) return;
    deps.onCorrection(finding.kind, row.id);
    await act(facts.id);
  };
  switch (finding.kind) {
    case 'agrees':
      return keepAddress(deps, row, facts);
    case 'drive':
    case 'orphan':
      return;
    case 'lost':
      if (row.state === 'stopped') deps.onCorrection('lost_while_stopped', row.id);
      return emit(deps, row, { type: 'CONTAINER_LOST', incarnation: row.incarnation });
    case 'exited':
      return emit(deps, row, await exitedEvent(deps, row, facts, look));
    case 'restarted_outside':
      deps.onCorrection(finding.kind, row.id);
      return emit(deps, row, await exitedEvent(deps, row, undefined, look));
    case 'thawed_outside':
      return correct((id) => deps.runtime.pause(id));
    case 'frozen_outside':
      return correct((id) => deps.runtime.unpause(id));
    case 'up_while_stopped':
      return correct((id) => deps.runtime.stop(id, 0));
    case 'recycle':
      return emit(deps, row, { type: 'RECYCLED' });
    default:
      return finding satisfies never;
  }
}

async function emit(deps: ObserveDeps, row: Sandbox, event: SandboxEvent): Promise<void> {
  await deps.applyEvent(row.id, event, { actor: 'system', forState: row.state });
}

const UNKNOWN_END: EndFacts = { exitCode: null, signal: null, oomKilled: null, logTail: null };

async function exitedEvent(
  deps: ObserveDeps,
  row: Sandbox,
  facts: ContainerFacts | undefined,
  look: Look,
): Promise<SandboxEvent> {
  const end = facts === undefined ? UNKNOWN_END : await endFactsOf(deps, facts);
  // Row and container were read under the lock: whatever run ended, the one that the row knows is over.
  const containerStartedAt = row.containerStartedAt ?? '';
  return { type: 'CONTAINER_EXITED', containerStartedAt, end, isAfterEngineLoss: look.isAfterEngineLoss };
}

/** An address moved from outside is read back: not a transition, but the row must not lie about it. */
async function keepAddress(deps: ObserveDeps, row: Sandbox, facts: ContainerFacts | undefined): Promise<void> {
  if (facts?.address == null || facts.address === row.address || row.state !== 'running') return;
  deps.onCorrection('address_moved', row.id);
  const next = { ...row, address: facts.address, version: row.version + 1 };
  await deps.store.replace({ next, expectedVersion: row.version, transition: null });
  await deps.live.patch(row.id, row.incarnation, { address: facts.address });
}
