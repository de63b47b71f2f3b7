import {
  execBodySchema,
  execEventSchema,
  execFollowQuerySchema,
  execListSchema,
  execPathSchema,
  execResultSchema,
  execViewSchema,
} from '../../contract/exec.ts';
import { sandboxPathSchema } from '../../contract/sandbox-fields.ts';
import {
  type ExecWish,
  execInSandbox,
  followExec,
  getExec,
  killExec,
  listExecs,
} from '../../operations/exec-in-sandbox.ts';
import { execLines } from '../../operations/exec-lines.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http, HttpContext } from '../http-deps.ts';
import { answerByUse, passOn } from '../use-answer.ts';
import { ofUse } from '../use-document.ts';
import { sendHead, sendLines, UNBUFFERED } from '../use-exchange.ts';

const tag = 'Exec';
const LINES = 'application/x-ndjson';
const lines = { type: LINES, schema: execEventSchema };

/** Commands inside a sandbox. */
export function addExecRoutes(http: Http): void {
  addStart(http);
  addList(http);
  addFollow(http);
  addKill(http);
}

function addStart(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'post', path: '/v1/sandboxes/{id}/exec', operationId: 'exec', tag },
      summary: 'Run a command: its result, or its output as it comes (Accept: application/x-ndjson)',
      params: sandboxPathSchema,
      body: execBodySchema,
      answers: {
        200: {
          description: 'How it ended; a code that is not 0 is a result too',
          schema: execResultSchema,
          also: lines,
        },
      },
      errors: ofUse,
    },
    ({ c, caller, params: { id }, body }) => {
      const isStreamed = hasLines(c);
      return answerByUse(http, { c, caller, id, name: 'exec', isEndless: isStreamed }, async (open, use) => {
        const answer = await execInSandbox(use, wishOf(body), isStreamed ? 'lines' : 'result');
        if (!isStreamed) return passOn(open, use, answer);
        sendHead(open, 200, { 'Content-Type': LINES, ...UNBUFFERED });
        return sendLines(open, execLines(use, answer.body, true));
      });
    },
  );
}

function wishOf(body: ReturnType<typeof execBodySchema.parse>): ExecWish {
  const { command, cwd = null, env = {}, user = null, stdin = null, timeoutSeconds, execId = null } = body;
  return { command, cwd, env, user, stdin, timeoutSeconds, execId };
}

function addList(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/sandboxes/{id}/exec', operationId: 'listExecs', tag },
      summary: 'Commands that run, and those that ended in the last 10 minutes',
      params: sandboxPathSchema,
      answers: { 200: { description: 'All of them', schema: execListSchema } },
      errors: ofUse,
    },
    ({ c, caller, params: { id } }) =>
      answerByUse(http, { c, caller, id, name: 'exec', isActivity: false }, async (open, use) =>
        passOn(open, use, await listExecs(use)),
      ),
  );
}

function addFollow(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/sandboxes/{id}/exec/{execId}', operationId: 'followExec', tag },
      summary:
        'Output of a command, resumed after the line that arrived last; how it stands by Accept: application/json',
      params: execPathSchema,
      query: execFollowQuerySchema,
      answers: {
        200: {
          description: 'A line per event; or how it stands',
          ...lines,
          also: { type: 'application/json', schema: execViewSchema },
        },
      },
      errors: ofUse,
    },
    ({ c, caller, params: { id, execId }, query: { after, follow: isFollowed } }) => {
      const isStreamed = hasLines(c) || !(c.req.header('accept') ?? '').includes('application/json');
      const asking = { c, caller, id, name: 'exec', isEndless: isStreamed, isActivity: isStreamed };
      return answerByUse(http, asking, async (open, use) => {
        if (!isStreamed) return passOn(open, use, await getExec(use, execId));
        const answer = await followExec(use, execId, { after, isFollowed });
        sendHead(open, 200, { 'Content-Type': LINES, ...UNBUFFERED });
        return sendLines(open, execLines(use, answer.body, isFollowed));
      });
    },
  );
}

function addKill(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'delete', path: '/v1/sandboxes/{id}/exec/{execId}', operationId: 'killExec', tag },
      summary: 'Kill a command with all of its process group; ended already is done',
      params: execPathSchema,
      answers: { 204: { description: 'Killed' } },
      errors: ofUse,
    },
    ({ c, caller, params: { id, execId } }) =>
      answerByUse(http, { c, caller, id, name: 'exec' }, async (open, use) =>
        passOn(open, use, await killExec(use, execId)),
      ),
  );
}

function hasLines(c: HttpContext): boolean {
  return (c.req.header('accept') ?? '').includes(LINES);
}
