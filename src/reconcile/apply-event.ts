import { decide, jobOf } from '../domain/decide.ts';
import { SandboxError } from '../domain/errors.ts';
import type { SandboxEvent } from '../domain/events.ts';
import type { LifetimePolicy } from '../domain/lifetime.ts';
import type { RecordedTransition, Sandbox, SandboxState, Transition } from '../domain/sandbox.ts';
import type { Log } from '../observe/logger.ts';
import type { ChangeFeed } from '../ports/change-feed.ts';
import type { Clock } from '../ports/clock.ts';
import type { LiveStore } from '../ports/live-store.ts';
import type { IdempotencyRecord, QuotaCheck, SandboxStore, Unwritten } from '../ports/sandbox-store.ts';
import type { JobsInFlight } from './jobs-in-flight.ts';
import type { KeyLock } from './key-lock.ts';
import { mirrorToLive } from './live-mirror.ts';

export interface ApplyDeps {
  readonly store: SandboxStore;
  readonly live: LiveStore;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly policy: LifetimePolicy;
  readonly log: Log;
  readonly jobs: JobsInFlight;
  /** Keeps what follows a commit in commit order, per sandbox. */
  readonly afterCommit: KeyLock;
  /** Those of slots too. */
  readonly onTransition: (transition: Transition) => void;
}

export interface ApplyOptions {
  /** An API key's id, or `system`. */
  readonly actor: string;
  /** Refuse when the sandbox has left this state: the event speaks of it. */
  readonly forState?: SandboxState;
  readonly quota?: QuotaCheck;
  readonly idempotency?: IdempotencyRecord | null;
}

export type Applied =
  | { readonly outcome: 'accepted'; readonly row: Sandbox }
  | { readonly outcome: 'refused'; readonly row: Sandbox; readonly accepts: readonly string[] }
  | Unwritten
  | { readonly outcome: 'unknown_sandbox' };

export type ApplyEvent = (id: string, event: SandboxEvent, options: ApplyOptions) => Promise<Applied>;

const MOST_ATTEMPTS = 5;

/**
 * The one way a sandbox changes its state: read, decide, compare and set. An accepted event ends the waiting of the job
 * that the state before owed, then the live store and the feed follow in commit order.
 */
export function applyEventWith(deps: ApplyDeps): ApplyEvent {
  return async (id, event, options) => {
    for (let attempt = 1; attempt <= MOST_ATTEMPTS; attempt += 1) {
      const row = await deps.store.find(id);
      if (row === undefined) return { outcome: 'unknown_sandbox' };
      if (options.forState !== undefined && row.state !== options.forState) {
        return { outcome: 'refused', row, accepts: [] };
      }
      const { actor } = options;
      const decision = decide(row, event, { atMs: deps.clock.nowMs(), actor, policy: deps.policy });
      if (decision.outcome === 'refused') return { outcome: 'refused', row, accepts: decision.accepts };
      const { next, transition } = decision;
      const { quota = null, idempotency = null } = options;
      const change = { next, expectedVersion: row.version, transition, quota, idempotency };
      const replaced = await deps.store.replace(change);
      if (replaced.outcome === 'version_moved') continue;
      if (replaced.outcome !== 'replaced') return replaced;
      if (jobOf(row.state) !== null) deps.jobs.abort(id);
      deps.onTransition(transition);
      await followCommit(deps, next, replaced.transition);
      return { outcome: 'accepted', row: next };
    }
    throw new SandboxError('conflict', `Sandbox ${id} is changing too fast.`, { hint: 'Try again in a moment.' });
  };
}

/** Live store, then feed: whoever is woken by the feed finds the live store as the row says. */
export function followCommit(
  deps: Pick<ApplyDeps, 'afterCommit' | 'live' | 'log' | 'feed'>,
  row: Sandbox,
  transition: RecordedTransition | null,
): Promise<void> {
  return deps.afterCommit.run(row.id, async () => {
    const isNewRun = transition?.event === 'START_SUCCEEDED';
    await mirrorToLive(deps, row, isNewRun);
    deps.feed.publish({ row, transition, notice: null });
  });
}
