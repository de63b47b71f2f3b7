import type { ServerResponse } from 'node:http';
import type { AgentExecLine, AgentExecResult } from '../../contract/agent.ts';
import { agentErrorOf } from '../agent-error.ts';
import { sendJson } from '../http/agent-call.ts';
import { type Capture, capture } from './capture.ts';
import { type Exec, endOf } from './exec-table.ts';
import { follow } from './follow.ts';
import type { Outcome, OutputEvent, OutputReader } from './process-output.ts';

const CAPTURE_BYTES = 10 * 1024 * 1024;
const HEARTBEAT_MS = 15_000;
/** As much goes out at once, with its length; more in pieces, since the heap is small. */
const SMALL_BYTES = 64 * 1024;

/** Waits for the end and sends an AgentExecResult; nothing when the caller leaves before. */
export async function sendExecResult(response: ServerResponse, exec: Exec, reader: OutputReader, signal: AbortSignal) {
  const captured = { stdout: capture(CAPTURE_BYTES), stderr: capture(CAPTURE_BYTES) };
  for await (const event of follow(reader, { signal, quietMs: null })) {
    if (event === 'quiet') continue;
    if (event.type === 'data') captured[event.stream === 'stderr' ? 'stderr' : 'stdout'].add(event.data);
    else await writeResult(response, exec, { ...captured, outcome: event.outcome });
  }
}

interface Captured {
  readonly stdout: Capture;
  readonly stderr: Capture;
  readonly outcome: Outcome;
}

async function writeResult(response: ServerResponse, exec: Exec, { stdout, stderr, outcome }: Captured): Promise<void> {
  const truncated = { stdout: stdout.isTruncated, stderr: stderr.isTruncated };
  const facts: Omit<AgentExecResult, 'stdout' | 'stderr'> = { execId: exec.execId, ...endOf(exec, outcome), truncated };
  if (stdout.bytes + stderr.bytes <= SMALL_BYTES) {
    const result: AgentExecResult = { ...facts, stdout: textOf(stdout), stderr: textOf(stderr) };
    return sendJson(response, 200, result);
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  await write(response, JSON.stringify(facts).slice(0, -1));
  for (const [name, text] of Object.entries({ stdout, stderr })) {
    await write(response, `,"${name}":"`);
    for (const piece of text.pieces()) await write(response, JSON.stringify(piece).slice(1, -1));
    await write(response, '"');
  }
  response.end('}');
}

function textOf(captured: Capture): string {
  return captured.bytes === 0 ? '' : [...captured.pieces()].join('');
}

export interface LinesOptions {
  /** With the line that carries its ids. */
  readonly withStart: boolean;
  readonly signal: AbortSignal;
  /** False: what is there now, then the answer ends. */
  readonly isFollowed: boolean;
}

/** The NDJSON form, a line per event, each sent at once. */
export async function sendExecLines(
  response: ServerResponse,
  exec: Exec,
  reader: OutputReader,
  { withStart, signal, isFollowed }: LinesOptions,
): Promise<void> {
  response.writeHead(200, {
    'content-type': 'application/x-ndjson',
    'x-accel-buffering': 'no',
    'cache-control': 'no-store, no-transform',
  });
  const { execId, process } = exec;
  if (withStart) await writeLine(response, { seq: 0, type: 'start', execId, pid: process.live.pid });
  try {
    const events = isFollowed ? follow(reader, { signal, quietMs: HEARTBEAT_MS }) : takeAll(reader);
    for await (const event of events) await writeLine(response, lineOf(exec, reader, event));
  } catch (error) {
    const { code, message } = agentErrorOf(error);
    if (!signal.aborted) await writeLine(response, { seq: reader.seq, type: 'end', reason: { code, message } });
  }
  response.end();
}

function* takeAll(reader: OutputReader): Generator<OutputEvent> {
  try {
    for (let event = reader.take(); event !== undefined; event = reader.take()) {
      yield event;
      if (event.type === 'end') return;
    }
  } finally {
    reader.close();
  }
}

function lineOf(exec: Exec, reader: OutputReader, event: OutputEvent | 'quiet'): AgentExecLine {
  if (event === 'quiet') return { seq: reader.seq, type: 'heartbeat' };
  if (event.type === 'end') return { seq: event.seq, type: 'end', ...endOf(exec, event.outcome) };
  const type = event.stream === 'stderr' ? 'stderr' : 'stdout';
  return { seq: event.seq, type, data: event.data.toString('base64') };
}

function writeLine(response: ServerResponse, line: AgentExecLine): Promise<void> | undefined {
  return write(response, `${JSON.stringify(line)}\n`);
}

/** Resolves when the caller can take more, or has gone. */
function write(response: ServerResponse, text: string): Promise<void> | undefined {
  if (response.destroyed || response.write(text)) return undefined;
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });
}
