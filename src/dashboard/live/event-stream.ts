import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Connection } from '../../sdk/connection.ts';

/** The service sends a comment every 15 s: a stream that is quiet for longer is broken without a word. */
const LONGEST_QUIET_MS = 40_000;

interface Watch {
  /** Resume after this one; undefined = from now on. */
  readonly afterId: string | undefined;
  readonly signal: AbortSignal;
  /** The service has answered, and events are on their way. */
  readonly onOpen: () => void;
}

/** Events of `GET /v1/events` until the connection ends, by a header of its own: `EventSource` can send no key. */
export async function* eventStream(connection: Connection, watch: Watch): AsyncGenerator<EventSourceMessage, void> {
  const { afterId, onOpen } = watch;
  const quiet = new AbortController();
  const signal = AbortSignal.any([watch.signal, quiet.signal]);
  const headers = { accept: 'text/event-stream', ...(afterId === undefined ? {} : { 'last-event-id': afterId }) };
  const response = await connection.open({ method: 'GET', path: '/v1/events', headers, signal });
  onOpen();
  const arrived: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => arrived.push(event) });
  const decoder = new TextDecoder();
  const reader = response.body?.getReader();
  for (;;) {
    const timer = setTimeout(() => quiet.abort(new Error('the stream fell silent')), LONGEST_QUIET_MS);
    const chunk = await reader?.read().finally(() => clearTimeout(timer));
    if (chunk === undefined || chunk.done) return;
    parser.feed(decoder.decode(chunk.value, { stream: true }));
    yield* arrived.splice(0);
  }
}
