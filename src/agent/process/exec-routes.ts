import type { ServerResponse } from 'node:http';
import { agentPaths } from '../../contract/agent.ts';
import { AgentError } from '../agent-error.ts';
import { type AgentCall, type AgentRoute, readJson, sendJson } from '../http/agent-call.ts';
import { sendExecLines, sendExecResult } from './exec-answers.ts';
import { execBody } from './exec-body.ts';
import { type ExecTable, viewOf } from './exec-table.ts';
import type { ProcessTable } from './process-table.ts';

const LINES = 'application/x-ndjson';

/** Our own exec API. A caller that leaves kills nothing: the command goes on, and can be joined by its execId. */
export function execRoutes(execs: ExecTable, table: ProcessTable): readonly AgentRoute[] {
  return [
    {
      path: agentPaths.exec,
      methods: ['POST', 'GET'],
      access: 'token',
      answer: (call) =>
        call.request.method === 'POST'
          ? run(call, execs)
          : sendJson(call.response, 200, { items: execs.all().map(viewOf) }),
    },
    {
      path: `${agentPaths.exec}/`,
      methods: ['GET', 'DELETE'],
      access: 'token',
      async answer(call) {
        const execId = decoded(call.path.slice(agentPaths.exec.length + 1));
        if (call.request.method === 'GET') return resume(call, execs, execId);
        table.signal(execs.get(execId).process, 'SIGKILL');
        call.response.writeHead(204).end();
      },
    },
  ];
}

async function run({ request, response }: AgentCall, execs: ExecTable): Promise<void> {
  const signal = whenLeft(response);
  const exec = await execs.start(execBody(await readJson(request)));
  const reader = exec.process.live.output.readKept();
  if (request.headers.accept?.includes(LINES)) {
    return sendExecLines(response, exec, reader, { withStart: true, signal, isFollowed: true });
  }
  return sendExecResult(response, exec, reader, signal);
}

/** Without `after`: from the oldest that is kept. `Accept: application/json` asks for its state alone. */
async function resume({ request, response, query }: AgentCall, execs: ExecTable, execId: string): Promise<void> {
  const exec = execs.get(execId);
  const { accept } = request.headers;
  if (accept?.includes('application/json') && !accept.includes(LINES)) return sendJson(response, 200, viewOf(exec));
  const after = afterOf(query.get('after'));
  const { output } = exec.process.live;
  if (after !== undefined && after > output.lastSeq + 1) {
    throw new AgentError('invalid_argument', `after is beyond the newest line, ${output.lastSeq}.`);
  }
  const reader = after === undefined ? output.readKept() : output.readAfter(after);
  const isFollowed = query.get('follow') === 'true';
  const withStart = after === undefined;
  return sendExecLines(response, exec, reader, { withStart, signal: whenLeft(response), isFollowed });
}

function afterOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new AgentError('invalid_argument', 'after must be the seq of a line.');
  return Number(text);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AgentError('not_found', 'There is no such exec.');
  }
}

function whenLeft(response: ServerResponse): AbortSignal {
  const left = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) left.abort();
  });
  return left.signal;
}
