import { errorMessage } from '../../../domain/errors.ts';
import type { Log } from '../../../observe/logger.ts';
import type { Clock } from '../../../ports/clock.ts';

interface OutageWatchDeps {
  /** The address as people may see it. */
  readonly shownAs: string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface OutageWatch {
  isUp(): boolean;
  detail(): string;
  /** Resolves with the first report. */
  readonly firstReport: Promise<void>;
  reportUp(): void;
  reportDown(reason: string): void;
  /** Calls `listener` whenever an outage ends, one before the first success too; returns the unsubscribe function. */
  onReconnect(listener: () => void): () => void;
  /** From now on reports change nothing. */
  close(): void;
}

type Standing =
  | { readonly kind: 'connecting' | 'up' | 'closed' }
  | { readonly kind: 'down'; readonly reason: string; readonly sinceMs: number };

/** Keeps whether Redis can be reached, and tells the log once when an outage begins and once when it ends. */
export function outageWatch(deps: OutageWatchDeps): OutageWatch {
  const listeners = new Set<() => void>();
  const first = oneTimeSignal();
  let standing: Standing = { kind: 'connecting' };
  const report = (next: Standing) => {
    if (standing.kind === 'closed') return;
    const before = standing;
    standing = next.kind === 'down' && before.kind === 'down' ? { ...next, sinceMs: before.sinceMs } : next;
    first.give();
    tell(before, standing, deps);
    if (before.kind === 'down' && standing.kind === 'up') notify(listeners, deps.log);
  };
  return {
    isUp: () => standing.kind === 'up',
    detail: () => standingText(standing, deps.shownAs),
    firstReport: first.given,
    reportUp: () => report({ kind: 'up' }),
    reportDown: (reason) => report({ kind: 'down', reason, sinceMs: deps.clock.nowMs() }),
    onReconnect(listener) {
      const subscription = () => listener();
      listeners.add(subscription);
      return () => void listeners.delete(subscription);
    },
    close() {
      report({ kind: 'closed' });
      listeners.clear();
    },
  };
}

function tell(before: Standing, now: Standing, { shownAs, clock, log }: OutageWatchDeps): void {
  if (now.kind === 'down' && before.kind !== 'down') {
    log.warn({ event: 'live_store.down', target: shownAs, reason: now.reason }, 'Redis cannot be reached');
  }
  if (now.kind === 'up' && before.kind === 'down') {
    const outageMs = clock.nowMs() - before.sinceMs;
    log.info({ event: 'live_store.up', target: shownAs, outageMs }, 'Redis can be reached again');
  }
}

function notify(listeners: ReadonlySet<() => void>, log: Log): void {
  for (const listener of listeners) {
    try {
      listener();
    } catch (error) {
      log.error({ event: 'live_store.listener_failed', reason: errorMessage(error) }, 'A reconnect listener threw');
    }
  }
}

function standingText(standing: Standing, shownAs: string): string {
  if (standing.kind === 'up') return shownAs;
  if (standing.kind !== 'down') return `${shownAs}: ${standing.kind}`;
  return `${shownAs}: ${standing.reason}, down since ${new Date(standing.sinceMs).toISOString()}`;
}

function oneTimeSignal(): { readonly given: Promise<void>; give(): void } {
  let give = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
}
