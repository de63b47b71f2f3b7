import type { RecordedTransition, Sandbox } from '../domain/sandbox.ts';
import type { Change, ServiceChange } from '../ports/change-feed.ts';
import type { PullProgress } from '../ports/container-runtime.ts';
import { type Caller, getVisible } from './caller.ts';
import type { OperationDeps } from './deps.ts';

export type WatchedEvent =
  | {
      readonly kind: 'transition';
      readonly transition: RecordedTransition;
      /** As right after the transition where memory reaches back that far, else as it is now; undefined when purged. */
      readonly row: Sandbox | undefined;
    }
  /** Not in the history, not repeated after a broken connection. */
  | NoticedEvent;

export type NoticedEvent =
  | {
      readonly kind: 'notice';
      readonly name: string;
      readonly row: Sandbox;
      /** How far an image is that is being pulled. */
      readonly pull: PullProgress | null;
    }
  /** Of no sandbox's own: for administrators who watch all. */
  | { readonly kind: 'notice'; readonly name: string; readonly row: null; readonly about: ServiceChange['about'] };

export interface WatchScope {
  /** null = all that the caller may see. */
  readonly sandboxId: string | null;
  /** Resume after this seq; null = from now on. */
  readonly afterSeq: number | null;
}

const PAGE = 200;
/** That a reader has not taken yet; a burst of claims is one each. */
const MOST_NOTICES = 1_000;

/**
 * Transitions in order, without a gap or a repeat, until the signal aborts. They are paged from the store whenever the
 * feed says that something happened, so a slow reader holds no memory.
 */
export async function watchEvents(
  deps: OperationDeps,
  caller: Caller,
  scope: WatchScope,
  signal: AbortSignal,
): Promise<AsyncGenerator<WatchedEvent>> {
  if (scope.sandboxId !== null) await getVisible(deps.store, caller, scope.sandboxId);
  const afterSeq = scope.afterSeq ?? (await deps.store.lastSeq());
  return follow(deps, caller, { ...scope, afterSeq }, signal);
}

async function* follow(
  deps: OperationDeps,
  caller: Caller,
  scope: { readonly sandboxId: string | null; readonly afterSeq: number },
  signal: AbortSignal,
): AsyncGenerator<WatchedEvent> {
  const tenant = caller.role === 'admin' ? null : caller.tenant;
  const filter = { tenant, sandboxId: scope.sandboxId };
  const isMine = ({ row }: Change | ServiceChange) =>
    row === null
      ? tenant === null && scope.sandboxId === null
      : (tenant === null || row.tenant === tenant) && (scope.sandboxId === null || row.id === scope.sandboxId);
  const inbox = bell(deps, isMine, signal);
  let seq = scope.afterSeq;
  try {
    while (!signal.aborted) {
      inbox.reset();
      yield* inbox.takeNotices();
      const page = await deps.store.transitionsAfter(seq, filter, PAGE);
      for (const transition of page) {
        seq = transition.seq;
        const row = deps.feed.rowAt(transition.seq) ?? (await deps.store.find(transition.sandboxId));
        yield { kind: 'transition', transition, row };
      }
      if (page.length < PAGE) await inbox.rung();
    }
  } finally {
    inbox.close();
  }
}

function noticeOf(change: Change | ServiceChange): NoticedEvent | undefined {
  if (change.row === null) {
    return { kind: 'notice', name: `${change.topic}.${change.notice}`, row: null, about: change.about };
  }
  const { notice, row, pull = null } = change;
  return notice === null ? undefined : { kind: 'notice', name: `sandbox.${notice}`, row, pull };
}

/** Rings when a change of mine is published, also when that was while the page before was read. */
function bell(deps: OperationDeps, isMine: (change: Change | ServiceChange) => boolean, signal: AbortSignal) {
  let notices: NoticedEvent[] = [];
  let hasRung = false;
  let wake = () => {};
  const ring = () => {
    hasRung = true;
    wake();
  };
  const unsubscribe = deps.feed.subscribeAll((change) => {
    if (!isMine(change)) return;
    const notice = noticeOf(change);
    if (notice !== undefined && notices.length < MOST_NOTICES) notices.push(notice);
    ring();
  });
  signal.addEventListener('abort', ring, { once: true });
  return {
    reset: () => {
      hasRung = false;
    },
    takeNotices: () => {
      const taken = notices;
      notices = [];
      return taken;
    },
    rung: () =>
      new Promise<void>((resolve) => {
        if (hasRung || signal.aborted) resolve();
        else wake = resolve;
      }),
    close: () => {
      unsubscribe();
      signal.removeEventListener('abort', ring);
    },
  };
}
