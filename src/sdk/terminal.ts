import { viewOf } from './await-state.ts';
import type { Connection } from './connection.ts';
import { SandglassError } from './sandglass-error.ts';
import type { WebSocketLike } from './web-socket.ts';

export interface TerminalOptions {
  /** Characters, 1 to 9,999; default 80 and 24. */
  readonly cols?: number | undefined;
  readonly rows?: number | undefined;
  readonly user?: string | undefined;
  /** Where the shell begins; default: where the user's processes do. */
  readonly cwd?: string | undefined;
  /** Ends the opening; close the terminal to end it later. */
  readonly signal?: AbortSignal | undefined;
}

export interface TerminalEnd {
  readonly exitCode: number;
  readonly signal: string | null;
}

/** A login shell in a terminal. It ends with its connection. */
export interface Terminal {
  /** What it writes, as it comes, until it ends. For one reader. */
  readonly output: AsyncIterable<Uint8Array>;
  /** Keys. */
  write(data: string | Uint8Array): void;
  resize(size: { readonly cols: number; readonly rows: number }): void;
  /** Hangs up: the shell and what it started get SIGHUP. */
  close(): void;
  /** How the shell ended. Throws `conflict` when its sandbox stopped, and `unreachable` when the connection broke. */
  readonly ended: Promise<TerminalEnd>;
}

/** Throws `conflict` unless the sandbox runs. */
export async function openTerminal(connection: Connection, id: string, options: TerminalOptions): Promise<Terminal> {
  const { signal, ...query } = options;
  const socket = connection.openSocket(`${pathOf(id)}/terminal`, query);
  const pieces = pieceQueue();
  let end: TerminalEnd | undefined;
  const closed = new Promise<void>((resolve) => {
    socket.onclose = () => resolve();
  });
  socket.onmessage = ({ data }: { readonly data: unknown }) => {
    if (data instanceof ArrayBuffer) pieces.add(new Uint8Array(data));
    else end = endOf(data) ?? end;
  };
  const ended = closed.then(async () => {
    pieces.end();
    return end ?? Promise.reject(await whyCut(connection, id));
  });
  // Who waits for the output alone is not told.
  ended.catch(() => undefined);
  await opened(connection, socket, { closed, signal }).catch(async (error: unknown) => {
    socket.close();
    signal?.throwIfAborted();
    throw error === REFUSED ? await whyCut(connection, id) : error;
  });
  return {
    output: pieces,
    ended,
    write: (data) => socket.send(typeof data === 'string' ? new TextEncoder().encode(data) : new Uint8Array(data)),
    resize: ({ cols, rows }) => socket.send(JSON.stringify({ type: 'resize', cols, rows })),
    close: () => socket.close(),
  };
}

const REFUSED = Symbol('refused');

/** Rejects with REFUSED when it is closed instead: of the why a WebSocket tells nothing. */
function opened(
  connection: Connection,
  socket: WebSocketLike,
  { closed, signal }: { readonly closed: Promise<void>; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const late = new AbortController();
  const open = new Promise<void>((resolve) => {
    socket.onopen = () => resolve();
    // The close that follows says it.
    socket.onerror = () => undefined;
  });
  const refused = closed.then(() => Promise.reject(REFUSED));
  const tooLate = connection.pause(connection.timeoutMs, signal ? AbortSignal.any([signal, late.signal]) : late.signal);
  const deadline = tooLate.then(() => {
    throw new SandglassError('timeout', `No terminal was opened within ${connection.timeoutMs} ms.`);
  });
  return Promise.race([open, refused, deadline]).finally(() => {
    late.abort();
    for (const loser of [refused, deadline]) loser.catch(() => undefined);
  });
}

/** Asks the service about what the WebSocket does not say. */
async function whyCut(connection: Connection, id: string): Promise<SandglassError> {
  try {
    const { state, reason } = viewOf(await connection.ask({ method: 'GET', path: pathOf(id), isRepeatable: true }));
    const why = reason === null ? '' : `: ${reason.message}`;
    return state === 'running'
      ? new SandglassError('unreachable', 'The connection of the terminal could not be made, or it broke.')
      : new SandglassError('conflict', `Sandbox ${id} is ${state}${why}`, { details: { state } });
  } catch (error) {
    return error instanceof SandglassError ? error : new SandglassError('unreachable', String(error));
  }
}

function endOf(data: unknown): TerminalEnd | undefined {
  const said: unknown = typeof data === 'string' ? JSON.parse(data) : undefined;
  if (typeof said !== 'object' || said === null || !('exitCode' in said)) return undefined;
  const signal = 'signal' in said && typeof said.signal === 'string' ? said.signal : null;
  return { exitCode: Number(said.exitCode), signal };
}

/** Pieces that wait for their reader. A WebSocket cannot be told to wait: what it reads slower than it comes is held. */
function pieceQueue() {
  const waiting: Uint8Array[] = [];
  let isOver = false;
  let wake = () => {};
  const add = (piece: Uint8Array) => {
    waiting.push(piece);
    wake();
  };
  const end = () => {
    isOver = true;
    wake();
  };
  return {
    add,
    end,
    async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
      while (!isOver || waiting.length > 0) {
        yield* waiting.splice(0);
        if (!isOver && waiting.length === 0)
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
      }
    },
  };
}

function pathOf(id: string): string {
  return `/v1/sandboxes/${encodeURIComponent(id)}`;
}
