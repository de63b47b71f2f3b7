import { randomBytes } from 'node:crypto';
import { quantile } from '../../observe/quantile.ts';
import { type ConnectionOptions, Sandbox, type SandboxStart } from '../../sdk/index.ts';
import { inTurns } from '../in-turns.ts';
import { STANDARD_WORKLOADS } from '../workloads/standard-workloads.ts';
import type { WorkloadName } from '../workloads/workload-names.ts';
import type { Pod, Startups } from './memory-profile.ts';
import { failedPod, unstartedPod } from './pod-of.ts';

export interface StartWish {
  readonly template: string | undefined;
  readonly workload: WorkloadName;
  /** Starts no more of them, and no more work. */
  readonly over: AbortSignal;
}

/** Sandboxes that were started at once for a profile. */
export interface StartedSandboxes {
  readonly sandboxes: readonly Sandbox[];
  /** Starts that failed. */
  readonly failed: readonly Pod[];
  readonly startups: Startups;
  /** Does the work in all of them; what failed at it is told in place of its sample. */
  work(): Promise<readonly Pod[]>;
  /** Deletes them; all that can be, also where one cannot. */
  remove(): Promise<void>;
}

/** One that is left behind, because this program was killed, goes away by itself. */
const LIFETIME = { timeoutSeconds: 600, onTimeout: 'delete' } as const;
/** Deletes and work at a time. */
const AT_ONCE = 8;

/** Starts so many at once. Never throws: a start that failed is an entry. */
export async function startAtOnce(
  count: number,
  { template, workload, over }: StartWish,
  options: ConnectionOptions,
): Promise<StartedSandboxes> {
  const run = randomBytes(4).toString('hex');
  const { isReused, run: workIn } = STANDARD_WORKLOADS[workload];
  const wishes = Array.from(
    { length: count },
    (_, number): SandboxStart => ({
      ...(template === undefined ? {} : { template }),
      ...(isReused ? { reuseKey: `profile-${run}-${number}` } : {}),
      ...{ labels: { 'sandglass.profile': run }, lifetime: LIFETIME },
    }),
  );
  const failed: Pod[] = [];
  const started: { readonly sandbox: Sandbox; readonly wish: SandboxStart; readonly ms: number }[] = [];
  await inTurns(wishes.entries(), count, async ([number, wish]) => {
    if (over.aborted) return;
    const beganMs = performance.now();
    try {
      const sandbox = await Sandbox.start(wish, options);
      started.push({ sandbox, wish, ms: performance.now() - beganMs });
    } catch (error) {
      failed.push(unstartedPod(`start-${number + 1}`, messageOf(error)));
    }
  });
  const sandboxes = started.map(({ sandbox }) => sandbox);
  return {
    ...{
      sandboxes,
      failed,
      startups: startupsOf(
        count,
        sandboxes,
        started.map(({ ms }) => ms),
      ),
    },
    async work() {
      const broken: Pod[] = [];
      await inTurns(started, AT_ONCE, async ({ sandbox, wish }) => {
        const startAgain = () => Sandbox.start(wish, options);
        try {
          await workIn({ sandbox, startAgain, signal: over });
          await sandbox.refresh();
        } catch (error) {
          broken.push(failedPod(sandbox.view, messageOf(error)));
        }
      });
      return broken;
    },
    async remove() {
      const errors: unknown[] = [];
      await inTurns(sandboxes, AT_ONCE, (sandbox) =>
        sandbox.delete({ force: true }).catch((error: unknown) => void errors.push(error)),
      );
      if (errors.length > 0) throw errors[0];
    },
  };
}

function startupsOf(concurrency: number, sandboxes: readonly Sandbox[], ms: readonly number[]): Startups {
  const at = (share: number) => (ms.length === 0 ? null : Math.round(quantile(ms, share) * 10) / 10);
  const warm = sandboxes.filter(({ view }) => view.start?.path === 'warm').length;
  return {
    ...{ concurrency, started: sandboxes.length, errors: concurrency - sandboxes.length },
    ...{ warm, cold: sandboxes.length - warm, p50_ms: at(0.5), p95_ms: at(0.95), max_ms: at(1) },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
