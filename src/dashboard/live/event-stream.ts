import type { Connection } from '../../sdk/connection.ts';
import { responseEvents } from '../../sdk/response-events.ts';
import { type WireEvent, wireEventOf } from './wire-events.ts';

/** The service sends a comment every 15 s: a stream that is quiet for longer is broken without a word. */
const QUIET_MS = 40_000;

interface Watch {
  /** Resume after this one; undefined = from now on. */
  readonly afterId: string | undefined;
  readonly signal: AbortSignal;
  /** The service has answered, and events are on their way. */
  readonly onOpen: () => void;
}

interface Arrived {
  /** undefined for a notice. */
  readonly id: string | undefined;
  /** undefined for events of a newer service that this page does not know. */
  readonly event: WireEvent | undefined;
}

/** Events of one connection, until it ends: whoever reads them shows whether there is one, and begins the next. */
export async function* eventStream(connection: Connection, watch: Watch): AsyncGenerator<Arrived, void> {
  const { afterId, signal, onOpen } = watch;
  const headers = { accept: 'text/event-stream', ...(afterId === undefined ? {} : { 'last-event-id': afterId }) };
  const response = await connection.open({ method: 'GET', path: '/v1/events', headers, signal });
  onOpen();
  for await (const { id, event, data } of responseEvents(response, QUIET_MS)) {
    yield { id, event: wireEventOf(event, data) };
  }
}
