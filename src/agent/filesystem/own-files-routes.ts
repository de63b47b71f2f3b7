import { rm } from 'node:fs/promises';
import { agentPaths } from '../../contract/agent.ts';
import type { Account } from '../accounts.ts';
import type { AgentDeps } from '../deps.ts';
import { type AgentCall, type AgentRoute, sendJson } from '../http/agent-call.ts';
import { callPath, onPath, pathError } from './call-path.ts';
import { fileUser } from './file-access.ts';
import { fileEntry } from './file-entry.ts';
import { grepFiles } from './grep-files.ts';
import { packFolder } from './pack-folder.ts';
import { integerOf, isTrue, modeOf, required } from './query-values.ts';
import { globFiles, listFiles } from './search-files.ts';
import { sendFile } from './send-file.ts';
import { unpackFolder } from './unpack-folder.ts';
import { bodyBytes, drain } from './upload.ts';
import { appendFile, writeFile } from './write-file.ts';

/** Header of `HEAD`: the entry as JSON, percent-encoded. */
export const ENTRY_HEADER = 'x-sandglass-entry';

interface FileCall extends AgentCall {
  readonly user: Account;
  /** Absolute. */
  readonly file: string;
}

/** Files as our own API serves them, below agentPaths.files. */
export function ownFilesRoutes(deps: AgentDeps): AgentRoute[] {
  const { accounts } = deps;
  const serve = (path: string, methods: string[], answer: (call: FileCall) => Promise<void>): AgentRoute => ({
    path: agentPaths.files + path,
    methods,
    access: 'token',
    async answer(call) {
      const user = fileUser(deps, call.request, call.query.get('user'));
      const file = callPath(call.query.get('path') ?? '', user, deps.session);
      try {
        await answer({ ...call, user, file });
      } catch (error) {
        drain(call.request, call.response);
        throw error;
      }
    },
  });
  return [
    serve('', ['GET', 'HEAD', 'PUT', 'DELETE'], (call) => answerFile(deps, call)),
    serve('/list', ['GET'], async ({ file, query, response }) => {
      sendJson(
        response,
        200,
        await listFiles(file, integerOf(query, 'depth', { least: 1, most: 10, otherwise: 1 }), accounts),
      );
    }),
    serve('/glob', ['GET'], async ({ file, query, response }) => {
      const limit = integerOf(query, 'limit', { least: 1, most: 1_000, otherwise: 200 });
      sendJson(response, 200, await globFiles(file, { pattern: required(query, 'pattern'), limit }, accounts));
    }),
    serve('/grep', ['GET'], async ({ file, query, response }) => {
      const grep = {
        pattern: required(query, 'pattern'),
        isLiteral: isTrue(query, 'literal', false),
        isCaseSensitive: isTrue(query, 'caseSensitive', true),
        glob: query.get('glob'),
        limit: integerOf(query, 'limit', { least: 1, most: 500, otherwise: 100 }),
      };
      sendJson(response, 200, await grepFiles(file, grep));
    }),
    serve('/archive', ['GET', 'PUT'], (call) => answerArchive(deps, call)),
  ];
}

async function answerFile({ accounts }: AgentDeps, call: FileCall): Promise<void> {
  const { request, response, query, file } = call;
  required(query, 'path');
  switch (request.method) {
    case 'PUT': {
      const mode = modeOf(query);
      const isAppend = isTrue(query, 'append', false);
      const more = mode === undefined ? {} : { mode };
      const toWrite = { path: file, owner: call.user, source: bodyBytes(request), ...more };
      await (isAppend ? appendFile(toWrite) : writeFile(toWrite));
      sendJson(response, 200, await onPath(file, () => fileEntry(file, accounts)));
      return;
    }
    case 'DELETE':
      await rm(file, { recursive: true }).catch((error: unknown) => {
        throw pathError(file, error);
      });
      response.writeHead(204).end();
      return;
    case 'HEAD': {
      const entry = await onPath(file, () => fileEntry(file, accounts));
      response.setHeader(ENTRY_HEADER, encodeURIComponent(JSON.stringify(entry)));
      if (entry.type === 'file' || entry.type === 'symlink') await sendFile(file, request, response).catch(endHead);
      else response.writeHead(200).end();
      return;
    }
    default:
      await sendFile(file, request, response);
  }
  function endHead(): void {
    response.writeHead(200).end();
  }
}

async function answerArchive({ accounts }: AgentDeps, call: FileCall): Promise<void> {
  const { request, response, file, user } = call;
  if (request.method === 'PUT') {
    sendJson(response, 200, await unpackFolder(file, user, bodyBytes(request)));
    return;
  }
  await onPath(file, () => fileEntry(file, accounts));
  response.writeHead(200, { 'content-type': 'application/x-tar' });
  await packFolder(file, accounts, response);
}
