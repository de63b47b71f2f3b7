import { Readable } from 'node:stream';
import type { AgentAnswer, AgentRequest } from '../../../src/ports/agent-client.ts';

const AT = '2026-08-01T12:00:00.000Z';
const ended = { exitCode: 0, signal: null, timedOut: false, durationMs: 1.5 };
const result = { execId: 'e1', stdout: 'hi\n', stderr: '', truncated: { stdout: false, stderr: false }, ...ended };
const command = { execId: 'e1', pid: 42, command: 'echo hi', user: 'user', running: false, startedAt: AT, ...ended };
const entry = {
  ...{ name: 'notes.txt', path: '/home/user/notes.txt', type: 'file', size: 18, mode: '0644' },
  ...{ modifiedAt: AT, owner: 'user', group: 'user' },
};
const list = { entries: [entry], truncated: false };
const matches = { matches: [{ path: entry.path, line: 1, text: 'remember' }], truncated: false, timedOut: false };
const one = { pid: 42, ppid: 1, user: 'user', rssBytes: 1_000_000, cpuSeconds: 0.1, command: 'sh' };

/** Answers as the agent inside does when all is well, without doing anything. */
export async function cannedAnswer({ method, path, headers, body }: AgentRequest): Promise<AgentAnswer> {
  if (body instanceof Readable) for await (const _ of body);
  const { pathname } = new URL(path, 'http://agent');
  const what = pathname.replace('/sandglass/', '');
  if (method === 'DELETE') return { status: 204, headers: {}, body: Readable.from([]) };
  if (what.startsWith('exec')) return execAnswer(method, what, headers?.['accept'] ?? '');
  if (method === 'PUT') return json(what.endsWith('archive') ? { entries: 2, bytes: 18 } : entry);
  switch (what) {
    case 'files/list':
    case 'files/glob':
      return json(list);
    case 'files/grep':
      return json(matches);
    case 'processes':
      return json({ items: [one] });
    default:
      return bytes(method, what.endsWith('archive') ? 'application/x-tar' : 'application/octet-stream');
  }
}

/** What it answers when it refuses. */
export function refusedAnswer(status: number): AgentAnswer {
  return { ...json({ message: 'the agent says no' }), status };
}

function execAnswer(method: string, what: string, accept: string): AgentAnswer {
  if (accept.includes('ndjson')) return lines();
  if (method === 'POST') return json(result);
  return json(what === 'exec' ? { items: [command] } : command);
}

function lines(): AgentAnswer {
  const events = [
    { seq: 0, type: 'start', execId: 'e1', pid: 42 },
    { seq: 1, type: 'stdout', data: 'aGkK' },
    { seq: 2, type: 'heartbeat' },
    { seq: 3, type: 'end', ...ended },
  ];
  const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  const headers = { 'content-type': 'application/x-ndjson' };
  return { status: 200, headers, body: Readable.from([Buffer.from(text)]) };
}

function json(value: object): AgentAnswer {
  const text = Buffer.from(JSON.stringify(value));
  const headers = { 'content-type': 'application/json', 'content-length': String(text.length) };
  return { status: 200, headers, body: Readable.from([text]) };
}

function bytes(method: string, type: string): AgentAnswer {
  const content = Buffer.from('remember the milk\n');
  const headers = { 'content-type': type, 'content-length': String(content.length) };
  return { status: 200, headers, body: Readable.from(method === 'HEAD' ? [] : [content]) };
}
