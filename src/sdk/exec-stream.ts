import type { Connection } from './connection.ts';
import { type ExecCall, execPath } from './exec.ts';
import { idempotencyKey } from './idempotency-key.ts';
import { responseLines } from './response-lines.ts';
import { SandglassError } from './sandglass-error.ts';
import type { ExecEvent, ExecResult } from './wire.ts';

export type ExecOutput =
  | { readonly type: 'start'; readonly execId: string; readonly pid: number }
  | { readonly type: 'stdout' | 'stderr'; readonly data: Uint8Array }
  | ({ readonly type: 'end' } & Pick<ExecResult, 'exitCode' | 'signal' | 'timedOut' | 'durationMs'>);

/** In a row, without a new line in between. */
const MOST_FAILURES = 5;
const PAUSE_MS = 200;
/** The command goes on behind these. */
const RESUMABLE = ['service_closing', 'agent_unavailable', 'unavailable'];

/**
 * Output as it comes, last of all `end`. Broken connections are resumed after the last line that arrived. Throws
 * `conflict` when the sandbox stops, and `gone` when so much was missed that it is not kept.
 */
export async function* execStream(
  connection: Connection,
  id: string,
  command: string | readonly string[],
  { signal, ...options }: ExecCall,
): AsyncGenerator<ExecOutput, void> {
  const execId = options.execId ?? idempotencyKey();
  let seq = -1;
  let failures = 0;
  let hasStarted = false;
  while (true) {
    try {
      const response = hasStarted
        ? await resume(connection, { id, execId, seq, signal })
        : await begin(connection, { id, signal, body: { ...options, execId, command } });
      hasStarted = true;
      for await (const event of responseLines<ExecEvent>(response)) {
        if (event.type === 'heartbeat' || event.seq <= seq) continue;
        if ('reason' in event) throw brokenOff(event.reason);
        seq = event.seq;
        failures = 0;
        yield outputOf(event);
        if (event.type === 'end') return;
      }
      throw new SandglassError('unreachable', 'The stream of the command broke off.');
    } catch (error) {
      signal?.throwIfAborted();
      failures += 1;
      if (!hasStarted || failures > MOST_FAILURES || !isResumable(error)) throw error;
    }
    await connection.pause(PAUSE_MS * failures, signal);
  }
}

interface Place {
  readonly id: string;
  readonly signal: AbortSignal | undefined;
}

const LINES = { accept: 'application/x-ndjson' };

function begin(connection: Connection, { id, signal, body }: Place & { readonly body: object }): Promise<Response> {
  const headers = { ...LINES, 'content-type': 'application/json' };
  return connection.open({ method: 'POST', path: execPath(id), headers, bytes: JSON.stringify(body), signal });
}

function resume(
  connection: Connection,
  { id, execId, seq, signal }: Place & { readonly execId: string; readonly seq: number },
): Promise<Response> {
  const query = seq < 0 ? {} : { after: seq };
  return connection.open({ method: 'GET', path: `${execPath(id)}/${execId}`, query, headers: LINES, signal });
}

function isResumable(error: unknown): boolean {
  return !(error instanceof SandglassError) || ['unreachable', 'agent_unavailable', 'timeout'].includes(error.code);
}

function brokenOff({ code, message, state }: { code: string; message: string; state?: string | undefined }) {
  const isOver = !RESUMABLE.includes(code);
  return new SandglassError(isOver ? 'conflict' : 'unreachable', message, { details: { reason: code, state } });
}

function outputOf(event: Exclude<ExecEvent, { type: 'heartbeat' } | { reason: unknown }>): ExecOutput {
  switch (event.type) {
    case 'start':
      return { type: 'start', execId: event.execId, pid: event.pid };
    case 'end': {
      const { exitCode, signal, timedOut, durationMs } = event;
      return { type: 'end', exitCode, signal, timedOut, durationMs };
    }
    default:
      return { type: event.type, data: Uint8Array.from(atob(event.data), (letter) => letter.charCodeAt(0)) };
  }
}
