import type { OperationDeps } from '../operations/deps.ts';

const REMEMBERED_MS = 60_000;

/** Whether the engine enforces disk bounds, asked at most once a minute; what was last known while it does not answer. */
export function diskEnforcement({ runtime, clock }: Pick<OperationDeps, 'runtime' | 'clock'>): () => Promise<boolean> {
  let known = Promise.resolve(false);
  let askedAtMs = Number.NEGATIVE_INFINITY;
  return () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - askedAtMs < REMEMBERED_MS) return known;
    askedAtMs = nowMs;
    const before = known;
    known = runtime.info().then(
      (info) => info.diskEnforced,
      () => {
        askedAtMs = Number.NEGATIVE_INFINITY;
        return before;
      },
    );
    return known;
  };
}
