import { containerName } from '../../domain/ids.ts';
import type { Job } from '../drive.ts';
import type { JobDeps } from './job-deps.ts';

/** Ends with no container of this sandbox on the engine, verified, and its address in quarantine. */
export function removeContainer(deps: JobDeps): Job {
  return async (row) => {
    for (const idOrName of [row.containerId, containerName(deps.serviceId, row.id)]) {
      const facts = idOrName === null ? undefined : await deps.runtime.inspect(idOrName);
      // A foreign container under our name is not ours to remove.
      if (facts?.serviceId === deps.serviceId && facts.sandboxId === row.id) await deps.runtime.remove(facts.id);
    }
    await deps.store.freeAddress(row.id, deps.clock.nowMs());
    return { type: 'DELETE_SUCCEEDED', incarnation: row.incarnation };
  };
}
