import { batch, signal } from '@preact/signals';
import type { SandboxView } from '../../contract/sandbox-view.ts';
import { type Connection, openConnection } from '../../sdk/connection.ts';
import type { ConnectionOptions } from '../../sdk/connection-options.ts';
import { listViews } from '../../sdk/list-views.ts';
import { clockSkewMs } from '../api/clock-skew.ts';
import { newestSeq } from '../api/newest-seq.ts';
import { onLongUnseen, pause, untilSeen } from '../parts/seen.ts';
import { eventStream } from './event-stream.ts';
import { type Happening, happeningOf } from './happenings.ts';
import type { Told } from './operations.ts';
import { noteList, noteView, type SandboxTable, versionsOf } from './sandbox-table.ts';
import type { WireEvent } from './wire-events.ts';

const PAGE_SIZE = 1_000;
/** How far the first connection reaches back: what was done before the page was opened is told too. */
const BACK_SEQS = 600;
const KEPT_TRANSITIONS = 1_500;
/** Of each kind: a flood of one hides no other. */
const KEPT_HAPPENINGS = 200;
const SHOWN_EVERY_MS = 100;
const FIRST_RETRY_MS = 300;
const LONGEST_RETRY_MS = 5_000;
/** PATCHes and activity make no event. */
const LISTED_AGAIN_EVERY_MS = 60_000;
/** A browser has six connections to a service, over all of its tabs: those that nobody looks at give theirs back. */
const UNSEEN_MS = 30_000;

export type FeedState = 'connecting' | 'live' | 'lost';

/** How it stands with the stream of events; `lost` = it is tried again. */
export const feedState = signal<FeedState>('connecting');
/** Whether the list has been read once. */
export const isListed = signal(false);
/** Raised when anything below changed. */
export const feedVersion = signal(0);

const table: SandboxTable = new Map();
const told: Told[] = [];
const happenings: Happening[] = [];
let shownSoon = false;

/** Subscribes its reader to what is known of all sandboxes. */
export function sandboxes(): ReadonlyMap<string, SandboxView> {
  feedVersion.value;
  return table;
}
export function toldTransitions(): readonly Told[] {
  feedVersion.value;
  return told;
}
export function recentHappenings(): readonly Happening[] {
  feedVersion.value;
  return happenings;
}

/** What a call of this page was answered is as good as an event. */
export function noteAnswer(view: SandboxView): void {
  noteView(table, view);
  show();
}

export function noteHappening(one: Happening): void {
  happenings.push(one);
  const alike = happenings.filter(({ kind }) => kind === one.kind).length;
  if (alike > KEPT_HAPPENINGS)
    happenings.splice(
      happenings.findIndex(({ kind }) => kind === one.kind),
      1,
    );
  show();
}

/** Follows the service until the signal aborts: whatever breaks is begun again, after what was heard last. */
export async function runFeed(options: ConnectionOptions, signal: AbortSignal): Promise<void> {
  const connection = openConnection({ ...options, signal });
  reset();
  const listing = setInterval(() => void listAgain(connection).catch(() => undefined), LISTED_AGAIN_EVERY_MS);
  signal.addEventListener('abort', () => clearInterval(listing), { once: true });
  let afterId: string | undefined;
  let retryMs = FIRST_RETRY_MS;
  while (!signal.aborted) {
    await untilSeen(signal);
    const unseen = new AbortController();
    const endWatch = onLongUnseen(UNSEEN_MS, () => unseen.abort());
    try {
      afterId ??= await startingPoint(connection);
      const onOpen = () => {
        retryMs = FIRST_RETRY_MS;
        void listed(connection);
      };
      const either = AbortSignal.any([signal, unseen.signal]);
      for await (const { id, event } of eventStream(connection, { afterId, signal: either, onOpen })) {
        afterId = id ?? afterId;
        take(event);
      }
    } catch {
      // The badge says that the stream is lost; the next attempt tells whether it still is.
    } finally {
      endWatch();
    }
    if (signal.aborted) return;
    feedState.value = 'lost';
    await pause(retryMs, signal);
    retryMs = Math.min(LONGEST_RETRY_MS, retryMs * 2);
  }
}

function reset(): void {
  table.clear();
  told.length = 0;
  happenings.length = 0;
  batch(() => {
    feedState.value = 'connecting';
    isListed.value = false;
    feedVersion.value += 1;
  });
}

async function startingPoint(connection: Connection): Promise<string | undefined> {
  const newest = await newestSeq(connection);
  return newest === null ? undefined : String(Math.max(0, newest - BACK_SEQS));
}

async function listed(connection: Connection): Promise<void> {
  try {
    await listAgain(connection);
    feedState.value = 'live';
  } catch {
    // The stream breaks for the same cause, and is begun again.
  }
}

async function listAgain(connection: Connection): Promise<void> {
  const before = versionsOf(table);
  const views: SandboxView[] = [];
  for await (const view of listViews(connection, { pageSize: PAGE_SIZE })) views.push(view);
  noteList(table, views, before);
  isListed.value = true;
  show();
}

function take(event: WireEvent | undefined): void {
  if (event === undefined) return;
  const happening = happeningOf(event, Date.now() + clockSkewMs.peek());
  if (event.about === 'sandbox') {
    const { id, view, transition } = event;
    if (view !== undefined && view.state !== 'warming' && view.state !== 'warm') noteView(table, view);
    else if (view === undefined) table.delete(id);
    if (transition !== null && transition.seq > (told.at(-1)?.transition.seq ?? -1)) {
      told.push({ sandboxId: id, tenant: view?.tenant ?? null, transition });
      told.splice(0, told.length - KEPT_TRANSITIONS);
    }
  }
  if (happening !== undefined) noteHappening(happening);
  show();
}

/** A burst of events is drawn once. */
function show(): void {
  if (shownSoon) return;
  shownSoon = true;
  setTimeout(() => {
    shownSoon = false;
    feedVersion.value += 1;
  }, SHOWN_EVERY_MS);
}
