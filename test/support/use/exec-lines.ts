import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { type ExecEvent, execEventSchema } from '../../../src/contract/exec.ts';
import type { ServiceProcess } from '../service-process.ts';

/** A streamed command, read line by line as it comes. */
export interface ExecLines {
  readonly status: number;
  readonly headers: Headers;
  /** Lines so far. */
  readonly heard: readonly ExecEvent[];
  /** The first line that passes, when it has come; throws when the stream is over without one. */
  until(passes: (event: ExecEvent) => boolean): Promise<ExecEvent>;
  /** All lines, when the stream is over. */
  all(): Promise<readonly ExecEvent[]>;
  /** Breaks the connection, as a client that crashed would. */
  breakOff(): void;
}

export interface ExecAsk {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
}

/** Asks for the lines of a command, new or known. Throws what was answered where it is none. */
export async function execLines(
  { url, adminKey }: Pick<ServiceProcess, 'url' | 'adminKey'>,
  { method, path, body }: ExecAsk,
): Promise<ExecLines> {
  const cut = new AbortController();
  const response = await fetch(url + path, {
    method,
    headers: { 'x-api-key': adminKey, accept: 'application/x-ndjson', 'content-type': 'application/json' },
    signal: cut.signal,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (response.status !== 200 || response.body === null) {
    throw new Error(`${response.status}: ${await response.text()}`);
  }
  const lines = createInterface(Readable.fromWeb(response.body))[Symbol.asyncIterator]();
  const heard: ExecEvent[] = [];
  const next = async () => {
    const { done, value } = await lines.next();
    if (done === true) return undefined;
    const event = execEventSchema.parse(JSON.parse(value));
    heard.push(event);
    return event;
  };
  return {
    ...{ status: response.status, headers: response.headers, heard },
    async until(passes) {
      for (let event = await next(); event !== undefined; event = await next()) if (passes(event)) return event;
      throw new Error(`the stream ended without it: ${JSON.stringify(heard.slice(-3))}`);
    },
    async all() {
      while ((await next()) !== undefined);
      return heard;
    },
    breakOff: () => cut.abort(),
  };
}

/** What a command wrote to one of its outputs. */
export function textOf(events: readonly ExecEvent[], type: 'stdout' | 'stderr' = 'stdout'): string {
  const pieces = events.map((event) => (event.type === type && 'data' in event ? event.data : ''));
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece, 'base64'))).toString('utf8');
}
