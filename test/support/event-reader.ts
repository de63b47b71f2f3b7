import { type SandboxEventData, sandboxEventSchema } from '../../src/contract/sandbox-event.ts';

export interface ReadEvent {
  readonly id: string | null;
  readonly name: string;
  readonly data: SandboxEventData;
}

/** Reads text/event-stream as a client would: one event after the other, comments counted. */
export interface EventReader {
  /** The next event; throws when the stream ends first. */
  next(): Promise<ReadEvent>;
  /** As many as asked for. */
  take(count: number): Promise<readonly ReadEvent[]>;
  /** Resolves when the stream has ended. */
  ended(): Promise<void>;
  comments(): number;
  /** Goes away. */
  leave(): Promise<void>;
}

export function eventReader(body: ReadableStream<Uint8Array> | null): EventReader {
  if (body === null) throw new Error('an event stream has a body');
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let comments = 0;
  const nextBlock = async (): Promise<string | undefined> => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end !== -1) {
        const block = text.slice(0, end);
        text = text.slice(end + 2);
        return block;
      }
      const { done, value } = await reader.read();
      if (done) return undefined;
      text += decoder.decode(value, { stream: true });
    }
  };
  const next = async (): Promise<ReadEvent> => {
    for (;;) {
      const block = await nextBlock();
      if (block === undefined) throw new Error('the event stream ended');
      if (block.startsWith(':')) comments += 1;
      else if (!block.startsWith('retry:')) return eventOf(block);
    }
  };
  return {
    next,
    async take(count) {
      const events: ReadEvent[] = [];
      while (events.length < count) events.push(await next());
      return events;
    },
    async ended() {
      while ((await nextBlock()) !== undefined);
    },
    comments: () => comments,
    leave: () => reader.cancel(),
  };
}

function eventOf(block: string): ReadEvent {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(': ') + 2)]),
  );
  const data = sandboxEventSchema.parse(JSON.parse(fields.get('data') ?? ''));
  return { id: fields.get('id') ?? null, name: fields.get('event') ?? '', data };
}
