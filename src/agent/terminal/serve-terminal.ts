import type { RawData, WebSocket } from 'ws';
import { AgentError, agentErrorOf } from '../agent-error.ts';
import { follow } from '../process/follow.ts';
import type { ProcessTable, StartedProcess } from '../process/process-table.ts';

/** More than that is not handed to the socket: the terminal waits. */
const WAITING_BYTES = 256 * 1024;
/** RFC 6455, 7.4.1. */
const NORMAL = 1000;
const POLICY = 1008;
const LONGEST_REASON_BYTES = 120;

/** Bytes both ways until the shell ends (a text frame says how) or the client goes (SIGHUP to all of its session). */
export function serveTerminal(client: WebSocket, table: ProcessTable, started: StartedProcess): void {
  const left = new AbortController();
  client.on('error', () => client.terminate());
  client.once('close', () => {
    left.abort();
    table.signal(started, 'SIGHUP');
  });
  client.on('message', (data, isBinary) => {
    takeMessage(started, toBuffer(data), isBinary, left.signal).catch((error) => closeWith(client, error));
  });
  send(client, started, left.signal).catch((error) => closeWith(client, error));
}

async function send(client: WebSocket, { live }: StartedProcess, signal: AbortSignal): Promise<void> {
  for await (const event of follow(live.output.readKept(), { signal, quietMs: null })) {
    if (event === 'quiet') continue;
    if (event.type === 'data') await sendBytes(client, event.data);
    else {
      const { exitCode, signal: name } = event.outcome;
      client.send(JSON.stringify({ type: 'exit', exitCode, signal: name }));
      client.close(NORMAL);
    }
  }
}

/** Resolves when the socket can take more. */
function sendBytes(client: WebSocket, data: Buffer): Promise<void> | undefined {
  if (client.bufferedAmount < WAITING_BYTES) {
    client.send(data, { binary: true }, () => undefined);
    return undefined;
  }
  return new Promise((resolve) => client.send(data, { binary: true }, () => resolve()));
}

async function takeMessage({ live }: StartedProcess, data: Buffer, isBinary: boolean, signal: AbortSignal) {
  if (live.outcome !== undefined) return;
  if (isBinary) return live.write(data, signal);
  const control = parse(data);
  if (control?.type !== 'resize') throw new AgentError('invalid_argument', 'Unknown control message.');
  live.resize({ cols: Number(control.cols), rows: Number(control.rows) });
}

function parse(
  data: Buffer,
): { readonly type?: unknown; readonly cols?: unknown; readonly rows?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(data.toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function toBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}

function closeWith(client: WebSocket, error: unknown): void {
  client.close(POLICY, Buffer.from(agentErrorOf(error).message).subarray(0, LONGEST_REASON_BYTES));
}
