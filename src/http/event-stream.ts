import type { SandboxEventData } from '../contract/sandbox-event.ts';
import { errorMessage } from '../domain/errors.ts';
import type { NoticedEvent, WatchedEvent } from '../operations/watch-events.ts';
import { historyItem } from './history-view.ts';
import type { Http } from './http-deps.ts';

export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};

const HEARTBEAT_MS = 15_000;
const RECONNECT_MS = 1_000;

/**
 * Events as text/event-stream (https://html.spec.whatwg.org/multipage/server-sent-events.html), one at a time as the
 * reader takes them, and a comment whenever nothing happened for a while. `end` is called once the reader is gone.
 */
export function eventStream(
  http: Http,
  events: AsyncGenerator<WatchedEvent>,
  end: () => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const nextText = textsOf(http, events);
  let isGone = false;
  const letGo = () => {
    isGone = true;
    end();
    // A generator that waits at a yield hears no signal.
    void events.return(undefined);
  };
  return new ReadableStream(
    {
      start: (controller) => controller.enqueue(encoder.encode(`retry: ${RECONNECT_MS}\n\n`)),
      async pull(controller) {
        try {
          const text = await nextText();
          if (isGone) return;
          if (text === undefined) controller.close();
          else controller.enqueue(encoder.encode(text));
        } catch (error) {
          // The reader reconnects with the last id it has.
          http.deps.log.warn({ event: 'events.broken', error: errorMessage(error) }, 'an event stream ended early');
          letGo();
          controller.error(error);
        }
      },
      cancel: letGo,
    },
    { highWaterMark: 0 },
  );
}

/** The next event or comment each time it is called; undefined when there will be no more. */
function textsOf(http: Http, events: AsyncGenerator<WatchedEvent>): () => Promise<string | undefined> {
  const { clock } = http.deps.operations;
  const heartbeatMs = http.deps.config.heartbeatMs ?? HEARTBEAT_MS;
  let pending: Promise<IteratorResult<WatchedEvent>> | undefined;
  return async () => {
    pending ??= events.next();
    const over = new AbortController();
    const beat = clock.sleep(heartbeatMs, over.signal).then(
      () => 'beat' as const,
      () => 'beat' as const,
    );
    const first = await Promise.race([pending, beat]).finally(() => over.abort());
    if (first === 'beat') return ':\n\n';
    pending = undefined;
    return first.done ? undefined : textOf(http, first.value);
  };
}

async function textOf(http: Http, event: WatchedEvent): Promise<string> {
  if (event.kind === 'notice') {
    const data = event.row === null ? event.about : await noticeData(http, event);
    return `event: ${event.name}\ndata: ${JSON.stringify(data)}\n\n`;
  }
  const transition = historyItem(event.transition);
  const { sandboxId: id, seq, to } = event.transition;
  const view = event.row === undefined ? { id, state: 'deleted' as const } : await http.viewOf(event.row);
  const data: SandboxEventData = { ...view, transition };
  return `id: ${seq}\nevent: sandbox.${to}\ndata: ${JSON.stringify(data)}\n\n`;
}

async function noticeData(
  http: Http,
  { row, pull }: Extract<NoticedEvent, { pull: unknown }>,
): Promise<SandboxEventData> {
  return { ...(await http.viewOf(row)), transition: null, ...(pull === null ? {} : { pull }) };
}
