import { type Connection, openConnection } from './connection.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { responseEvents } from './response-events.ts';
import { resumed } from './resumed.ts';
import type { CorrectionEventData, PoolEventData, SandboxEventData } from './wire.ts';

/** What happened: to a sandbox, or, for administrators who watch all, in the pool, or where row and world disagreed. */
export type ServiceEvent =
  | {
      readonly type: 'sandbox';
      /** Such as `sandbox.running`. */
      readonly name: string;
      /** Grows over all sandboxes; null for a notice, which is not repeated after a broken connection. */
      readonly seq: number | null;
      /** As right after the transition; of one that is forgotten already, only its id. */
      readonly sandbox: SandboxEventData;
    }
  | { readonly type: 'pool'; readonly name: string; readonly seq: null; readonly pool: PoolEventData }
  | { readonly type: 'reconcile'; readonly name: string; readonly seq: null; readonly correction: CorrectionEventData };

export interface WatchOptions {
  /** Begins after this seq; with what happens from now on when not given. */
  readonly afterSeq?: number | undefined;
  /** Ends the watch. */
  readonly signal?: AbortSignal | undefined;
}

/** Three of the comments that the service sends each 15 s are missing. */
const QUIET_MS = 45_000;

/**
 * Everything that happens to the sandboxes that the key may see, without an end. A connection that breaks is taken up
 * again after the last event that came, without a gap or a repeat; before the first one came, with what happens then.
 */
export function watchEvents(options: ConnectionOptions & WatchOptions = {}): AsyncGenerator<ServiceEvent, void> {
  return follow(openConnection(options), '/v1/events', options);
}

/** The same of one sandbox. Throws `sandbox_not_found`. */
export function watchSandbox(
  connection: Connection,
  id: string,
  options: WatchOptions,
): AsyncGenerator<ServiceEvent, void> {
  return follow(connection, `/v1/sandboxes/${encodeURIComponent(id)}/events`, options);
}

async function* follow(
  connection: Connection,
  path: string,
  { afterSeq, signal }: WatchOptions,
): AsyncGenerator<ServiceEvent, void> {
  let seq = afterSeq;
  const events = resumed(connection, {
    open: () => {
      const headers = { accept: 'text/event-stream', ...(seq === undefined ? {} : { 'last-event-id': String(seq) }) };
      return connection.open({ method: 'GET', path, headers, signal });
    },
    read: (response) => responseEvents(response, QUIET_MS),
    mayEnd: false,
    signal,
  });
  for await (const { id, event = '', data } of events) {
    if (id !== undefined) seq = Number(id);
    yield eventOf(event, id === undefined ? null : Number(id), JSON.parse(data));
  }
}

/** The service validates what it sends against the schemas that these types are made from. */
function eventOf(name: string, seq: number | null, data: unknown): ServiceEvent {
  if (name.startsWith('pool.')) return { type: 'pool', name, seq: null, pool: data as PoolEventData };
  if (name.startsWith('reconcile.')) {
    return { type: 'reconcile', name, seq: null, correction: data as CorrectionEventData };
  }
  return { type: 'sandbox', name, seq, sandbox: data as SandboxEventData };
}
