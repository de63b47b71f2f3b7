import { type CorrectionEventData, correctionEventSchema } from '../../src/contract/correction.ts';
import { type PoolEventData, poolEventSchema } from '../../src/contract/pool.ts';
import { type SandboxEventData, sandboxEventSchema } from '../../src/contract/sandbox-event.ts';

export interface ReadEvent<Data = SandboxEventData> {
  readonly id: string | null;
  readonly name: string;
  readonly data: Data;
}

/** Reads text/event-stream as a client would: one event after the other, comments counted. */
export interface EventReader<Data = SandboxEventData> {
  /** The next event; throws when the stream ends first. */
  next(): Promise<ReadEvent<Data>>;
  /** As many as asked for. */
  take(count: number): Promise<readonly ReadEvent<Data>[]>;
  /** Resolves when the stream has ended. */
  ended(): Promise<void>;
  comments(): number;
  /** Goes away. */
  leave(): Promise<void>;
}

/** Of sandboxes alone: throws at anything else. */
export function eventReader(body: ReadableStream<Uint8Array> | null): EventReader {
  return readerOf(body, (_name, json) => sandboxEventSchema.parse(json));
}

/** Of sandboxes, of the pool, and of what was made good. */
export function wholeEventReader(
  body: ReadableStream<Uint8Array> | null,
): EventReader<SandboxEventData | PoolEventData | CorrectionEventData> {
  return readerOf<SandboxEventData | PoolEventData | CorrectionEventData>(body, (name, json) => {
    if (name.startsWith('pool.')) return poolEventSchema.parse(json);
    return (name.startsWith('reconcile.') ? correctionEventSchema : sandboxEventSchema).parse(json);
  });
}

function readerOf<Data>(
  body: ReadableStream<Uint8Array> | null,
  parse: (name: string, json: unknown) => Data,
): EventReader<Data> {
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
  const eventOf = (block: string): ReadEvent<Data> => {
    const fields = new Map(
      block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(': ') + 2)]),
    );
    const name = fields.get('event') ?? '';
    return { id: fields.get('id') ?? null, name, data: parse(name, JSON.parse(fields.get('data') ?? '')) };
  };
  const next = async (): Promise<ReadEvent<Data>> => {
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
      const events: ReadEvent<Data>[] = [];
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
