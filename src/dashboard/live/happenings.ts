import { errorMessage } from '../parts/error-text.ts';
import type { WireEvent } from './wire-events.ts';

/** Something that is no operation, or tells more of one: of the pool, of the cleaning, or a failure. */
export interface Happening {
  readonly key: string;
  readonly atMs: number;
  readonly kind: 'pool' | 'janitor' | 'correction' | 'error';
  readonly what: string;
  readonly detail: string;
  readonly sandboxId: string | null;
}

const CORRECTIONS: ReadonlySet<string> = new Set(['CONTAINER_LOST', 'RECLAIMED']);
/** Their transition follows, which the history keeps. */
const TOLD_BY_TRANSITION: ReadonlySet<string> = new Set(['lost_while_stopped']);
const FAILURES: ReadonlySet<string> = new Set([
  ...['crashed', 'oom_killed', 'disk_full', 'start_failed', 'name_conflict', 'engine_lost', 'container_lost'],
]);
const OF_JANITOR: ReadonlySet<string> = new Set(['reaped', 'evicted', 'promoted', 'demoted']);

let count = 0;

/** What an event tells besides its operation; undefined for most. */
export function happeningOf(event: WireEvent, atMs: number): Happening | undefined {
  count += 1;
  const key = `h${count}`;
  if (event.about === 'pool') {
    const { signature, tier, why, durationMs } = event.data;
    const kind = OF_JANITOR.has(event.name) ? 'janitor' : 'pool';
    const parts = [tier, signature, why, durationMs === undefined ? undefined : `${durationMs} ms`];
    const detail = parts.filter((part) => part !== undefined && part !== null).join(' · ');
    return { ...{ key, atMs, kind, detail, sandboxId: null }, what: `pool ${event.name}` };
  }
  if (event.about === 'reconcile') {
    const { kind, sandboxId } = event.data;
    if (TOLD_BY_TRANSITION.has(kind)) return undefined;
    return { ...{ key, atMs, kind: 'correction', sandboxId }, what: kind.replaceAll('_', ' '), detail: '' };
  }
  const { id: sandboxId, view, transition } = event;
  const told = { key, sandboxId, atMs: transition === null ? atMs : Date.parse(transition.at) };
  // Its operation says that it goes on.
  if (event.name === 'pulling') return undefined;
  if (transition === null) {
    const detail = event.name === 'oom' ? 'a process inside was killed for memory; the sandbox lives on' : '';
    return { ...told, kind: 'error', what: event.name, detail };
  }
  const detail = view?.reason?.message ?? transition.reason ?? '';
  if (CORRECTIONS.has(transition.event)) return { ...told, kind: 'correction', what: lower(transition.event), detail };
  if (transition.reason !== undefined && FAILURES.has(transition.reason)) {
    return { ...told, kind: 'error', what: lower(transition.reason), detail };
  }
  if (transition.event !== 'DEADLINE_PASSED') return undefined;
  return { ...told, kind: 'janitor', what: `${transition.from} to ${transition.to}`, detail: 'its deadline passed' };
}

/** A call of this page that failed. */
export function failedCall(error: unknown, atMs: number): Happening {
  count += 1;
  return { key: `h${count}`, atMs, kind: 'error', what: 'call failed', detail: errorMessage(error), sandboxId: null };
}

function lower(name: string): string {
  return name.toLowerCase().replaceAll('_', ' ');
}
