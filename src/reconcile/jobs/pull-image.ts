import type { Sandbox } from '../../domain/sandbox.ts';
import type { PullProgress } from '../../ports/container-runtime.ts';
import type { JobDeps } from './job-deps.ts';

/** Between two notices of one phase. */
const NOTICE_MS = 500;

/** Brings the image of a sandbox to the engine, and tells on the feed how far it is. */
export async function pullImage(deps: JobDeps, row: Sandbox, signal: AbortSignal): Promise<void> {
  deps.log.info({ event: 'image.pull', image: row.image, sandboxId: row.id }, 'image not on the engine: pulling it');
  let last: { readonly phase: string; readonly atMs: number } | undefined;
  const tell = (pull: PullProgress) => {
    const atMs = deps.clock.monotonicMs();
    if (last !== undefined && last.phase === pull.phase && atMs - last.atMs < NOTICE_MS) return;
    last = { phase: pull.phase, atMs };
    deps.feed.publish({ row, transition: null, notice: 'pulling', pull });
  };
  await deps.runtime.pullImage(row.image, tell, { signal });
}
