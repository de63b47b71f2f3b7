import type { AgentProcess } from './agent-process.ts';

type Asked = Pick<AgentProcess, 'fetch'>;

/** A frame of a Connect stream: a message, or the last one with an error or none. */
export interface Frame {
  readonly isLast: boolean;
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on it, a wrong shape fails there.
  readonly message: any;
  /** When it came: of performance.now(). */
  readonly atMs: number;
}

export interface ConnectStream {
  /** The next frame; throws when the stream is cut. */
  next(): Promise<Frame>;
  /** All up to the last one. */
  rest(): Promise<readonly Frame[]>;
  /** Leaves, as a client that dies. */
  leave(): void;
}

/** Opens a server stream with one envelope, as the SDKs do. Processes run as root unless the headers say otherwise. */
export async function openStream(
  agent: Asked,
  method: string,
  message: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<ConnectStream> {
  const payload = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(payload.length, 1);
  const controller = new AbortController();
  const response = await agent.fetch(`/process.Process/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/connect+json', 'accept-encoding': 'gzip, deflate', ...headers },
    body: Buffer.concat([head, payload]),
    signal: controller.signal,
  });
  if (response.status !== 200 || response.body === null) {
    throw new Error(`${method} answered ${response.status}: ${await response.text()}`);
  }
  // Locked at once: undici cancels the body of an answer that is collected while nobody reads it.
  const frames = framesOf(response.body.getReader());
  let last = 'none';
  const next = async (): Promise<Frame> => {
    const { value, done } = await frames.next();
    if (done === true) throw new Error(`the stream was cut, the last frame so far: ${last}`);
    last = JSON.stringify(value.message).slice(0, 200);
    return value;
  };
  return {
    next,
    async rest() {
      const all: Frame[] = [];
      for (;;) {
        const frame = await next();
        all.push(frame);
        if (frame.isLast) return all;
      }
    },
    leave: () => controller.abort(),
  };
}

async function* framesOf(body: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Frame, void> {
  let waiting = Buffer.alloc(0);
  for (;;) {
    const { value, done } = await body.read();
    if (done) return;
    waiting = Buffer.concat([waiting, value]);
    while (waiting.length >= 5 && waiting.length >= 5 + waiting.readUInt32BE(1)) {
      const end = 5 + waiting.readUInt32BE(1);
      const message: unknown = JSON.parse(waiting.subarray(5, end).toString('utf8'));
      const isLast = ((waiting[0] ?? 0) & 0x02) !== 0;
      waiting = waiting.subarray(end);
      yield { isLast, message, atMs: performance.now() };
    }
  }
}

/** A unary call: the status, and the body as JSON. */
export async function callProcess(agent: Asked, method: string, message: unknown) {
  const response = await agent.fetch(`/process.Process/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
  });
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on it, a wrong shape fails there.
  return { status: response.status, body: (await response.json()) as any };
}

/** What a stream carried of one kind, joined. */
export function outputOf(frames: readonly Frame[], kind: 'stdout' | 'stderr' | 'pty'): string {
  const parts = frames.map(({ message }) => Buffer.from(message.event?.data?.[kind] ?? '', 'base64'));
  return Buffer.concat(parts).toString('utf8');
}

/** The `end` event of a stream. */
export function endOf(frames: readonly Frame[]) {
  return frames.find(({ message }) => message.event?.end !== undefined)?.message.event.end;
}
