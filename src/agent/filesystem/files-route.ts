import { basename } from 'node:path';
import { AgentError } from '../agent-error.ts';
import type { AgentDeps } from '../deps.ts';
import { type AgentCall, type AgentRoute, sendJson } from '../http/agent-call.ts';
import { callPath } from './call-path.ts';
import { fileUser, requireFileAccess } from './file-access.ts';
import { sendFile } from './send-file.ts';
import { bodyBytes, drain, forEachFile, type UploadedFile } from './upload.ts';
import { writeFile } from './write-file.ts';
import { type Metadata, metadataOf } from './xattrs.ts';

/** An entry of the answer to an upload. */
interface WrittenFile {
  readonly name: string;
  readonly path: string;
  readonly type: 'file';
  readonly metadata?: Metadata;
}

/** `GET /files` and `POST /files`, as envd serves them. */
export function filesRoute(deps: AgentDeps): AgentRoute {
  return {
    path: '/files',
    methods: ['GET', 'HEAD', 'POST'],
    access: 'own',
    async answer(call) {
      if (call.request.method !== 'POST') return await download(deps, call);
      try {
        await upload(deps, call);
      } catch (error) {
        drain(call.request, call.response);
        throw error;
      }
    },
  };
}

async function download(deps: AgentDeps, call: AgentCall): Promise<void> {
  const { request, response, query } = call;
  requireFileAccess(deps.session, call, 'read');
  const user = fileUser(deps, request, query.get('username'));
  await sendFile(callPath(query.get('path') ?? '', user, deps.session), request, response);
}

async function upload(deps: AgentDeps, call: AgentCall): Promise<void> {
  const { request, response, query } = call;
  requireFileAccess(deps.session, call, 'write');
  const owner = fileUser(deps, request, query.get('username'));
  const metadata = metadataOf(request.rawHeaders);
  const written = new Map<string, WrittenFile>();
  const save = async (file: UploadedFile): Promise<void> => {
    const path = callPath(file.path, owner, deps.session);
    if (written.has(path)) {
      throw new AgentError('invalid_argument', `you cannot upload multiple files to the same path '${path}'`);
    }
    await writeFile({ path, owner, source: file.source, metadata });
    const more = Object.keys(metadata).length === 0 ? {} : { metadata };
    written.set(path, { name: basename(path), path, type: 'file', ...more });
  };
  const asked = query.get('path');
  if (/^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')) {
    await forEachFile(request, (file) => save({ ...file, path: asked ?? file.path }));
    if (written.size === 0) throw new AgentError('invalid_argument', "the form has no file in a field named 'file'");
  } else {
    if (asked === null || asked === '') throw new AgentError('invalid_argument', 'path is required');
    await save({ path: asked, source: bodyBytes(request) });
  }
  sendJson(response, 200, [...written.values()]);
}
