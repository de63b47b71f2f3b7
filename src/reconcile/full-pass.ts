import { jobOf } from '../domain/decide.ts';
import { errorMessage } from '../domain/errors.ts';
import { type SandboxState, sandboxStates } from '../domain/sandbox.ts';
import type { ContainerSummary } from '../ports/container-runtime.ts';
import type { Standing } from '../ports/sandbox-store.ts';
import { hasRun, needsLook } from './classify.ts';
import { forEachBounded } from './for-each-bounded.ts';
import type { Look, Observe, ObserveDeps } from './observe.ts';

export interface PassReport {
  readonly containers: number;
  readonly looked: number;
  readonly orphansRemoved: number;
  readonly errors: readonly { readonly id: string; readonly message: string }[];
}

export interface FullPassDeps extends Omit<ObserveDeps, 'driver' | 'applyEvent'> {
  readonly observe: Observe;
  /** Starts the job that a working state owes; not waited for. */
  readonly driveSoon: (id: string) => void;
  readonly orphanGraceMs: number;
}

const PAGE = 500;
const CONCURRENCY = 8;
const expectedStates: readonly SandboxState[] = sandboxStates.filter((state) => state !== 'deleted');

/**
 * Compares all containers of this installation with all rows: lists containers first, then reads each row that could
 * disagree fresh, under its lock; after a gap in the events each that should be up. An error from the list ends the pass
 * without a decision: unreachable is unknown.
 */
export async function fullPass(deps: FullPassDeps, look: Look): Promise<PassReport> {
  const containers = await deps.runtime.list();
  const bySandbox = new Map(containers.map((container) => [container.sandboxId, container]));
  const errors: { id: string; message: string }[] = [];
  let looked = 0;
  const lookAt = async (id: string) => {
    looked += 1;
    try {
      await deps.observe(id, look);
    } catch (error) {
      errors.push({ id, message: errorMessage(error) });
    }
  };
  const known = new Set<string>();
  for await (const page of rowPages(deps)) {
    for (const { id } of page) known.add(id);
    for (const { id, state } of page) if (jobOf(state) !== null && !deps.lock.isHeld(id)) deps.driveSoon(id);
    const atRest = page.filter(({ state }) => jobOf(state) === null);
    const isSuspect = ({ id, state }: Standing) =>
      needsLook(state, bySandbox.get(id)?.status) || (look.isAfterGap === true && hasRun(state));
    const suspects = atRest.filter(isSuspect);
    await forEachBounded(suspects, CONCURRENCY, ({ id }) => lookAt(id));
  }
  const strays = containers.filter(({ sandboxId }) => !known.has(sandboxId));
  const orphansRemoved = await removeOrphans(deps, strays, errors);
  return { containers: containers.length, looked, orphansRemoved, errors };
}

async function* rowPages(deps: Pick<FullPassDeps, 'store'>): AsyncGenerator<readonly Standing[]> {
  let after: string | null = null;
  for (;;) {
    const page = await deps.store.inStates(expectedStates, after, PAGE);
    if (page.length > 0) yield page;
    after = page.at(-1)?.id ?? null;
    if (page.length < PAGE) return;
  }
}

/** A container is an orphan if and only if, looked at under its lock and older than the grace, no row wants it. */
async function removeOrphans(
  deps: FullPassDeps,
  strays: readonly ContainerSummary[],
  errors: { id: string; message: string }[],
): Promise<number> {
  if (strays.length === 0) return 0;
  const { nowMs } = await deps.runtime.info();
  const old = strays.filter(({ createdAtMs }) => nowMs - createdAtMs >= deps.orphanGraceMs);
  let removed = 0;
  await forEachBounded(old, CONCURRENCY, ({ id, sandboxId }) =>
    deps.lock.run(sandboxId, async () => {
      const row = await deps.store.find(sandboxId);
      if (row !== undefined && row.state !== 'deleted') return;
      try {
        // Its delete may have removed it since it was listed: then nothing had to be made good.
        if ((await deps.runtime.inspect(id)) === undefined) return;
        await deps.runtime.remove(id);
        removed += 1;
        deps.onCorrection('orphan', sandboxId);
      } catch (error) {
        errors.push({ id: sandboxId, message: errorMessage(error) });
      }
    }),
  );
  return removed;
}
