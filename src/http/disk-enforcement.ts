import type { OperationDeps } from '../operations/deps.ts';

const REMEMBERED_MS = 60_000;

/**
 * Whether the engine enforces disk bounds, asked at most once a minute. Only the first answer is waited for: later ones
 * are asked for behind a view that shows what is known.
 */
export function diskEnforcement({ runtime, clock }: Pick<OperationDeps, 'runtime' | 'clock'>): () => Promise<boolean> {
  let known: boolean | undefined;
  let asked = Promise.resolve(false);
  let askedAtMs = Number.NEGATIVE_INFINITY;
  const ask = async (): Promise<boolean> => {
    try {
      const { diskEnforced } = await runtime.info();
      known = diskEnforced;
      return diskEnforced;
    } catch {
      askedAtMs = Number.NEGATIVE_INFINITY;
      return known ?? false;
    }
  };
  return async () => {
    const nowMs = clock.monotonicMs();
    if (nowMs - askedAtMs >= REMEMBERED_MS) {
      askedAtMs = nowMs;
      asked = ask();
    }
    return known ?? asked;
  };
}
