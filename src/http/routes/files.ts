import type { z } from '@hono/zod-openapi';
import {
  bytesSchema,
  fileEntrySchema,
  fileListSchema,
  fileMatchesSchema,
  fileQuerySchema,
  globQuerySchema,
  grepQuerySchema,
  listFilesQuerySchema,
  rangeHeaderSchema,
  unpackedSchema,
  writeQuerySchema,
} from '../../contract/files.ts';
import { sandboxPathSchema } from '../../contract/sandbox-fields.ts';
import { askForFiles, type FilesWish } from '../../operations/sandbox-files.ts';
import { type Asked, addEndpoint } from '../endpoint.ts';
import type { Http, HttpContext } from '../http-deps.ts';
import { requestBytes } from '../request-bytes.ts';
import { archiveStopped, listStopped, orStopped, readStopped } from '../stopped-files-answer.ts';
import { answerByUse, passOn } from '../use-answer.ts';
import { ofUse } from '../use-document.ts';

const BASE = '/v1/sandboxes/{id}/files';
const bytes = { type: 'application/octet-stream', schema: bytesSchema };
const tar = { type: 'application/x-tar', schema: bytesSchema };

const common = { tag: 'Files', params: sandboxPathSchema } as const;
type Params = typeof sandboxPathSchema;

/** Files of a sandbox, as they are inside; those of a stopped one can be read, listed and archived. */
export function addFileRoutes(http: Http): void {
  addReading(http);
  addWriting(http);
  addSearches(http);
  addArchives(http);
}

function addReading(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ ...common, method: 'get', path: BASE, operationId: 'readFile' },
      summary: 'Bytes of a file, or a range of them; HEAD tells what it is',
      query: fileQuerySchema,
      headers: rangeHeaderSchema,
      answers: { 200: { description: 'All of it', ...bytes }, 206: { description: 'A range', ...bytes } },
      errors: [...ofUse, 'range_not_satisfiable'],
    },
    (asked) =>
      orStopped(http, asked, readStopped, () => {
        const method = asked.c.req.method === 'HEAD' ? 'HEAD' : 'GET';
        const headers = given(asked.c, ['range', 'if-range']);
        return answer(http, asked, { method, what: '', query: asked.query, headers });
      }),
  );
}

function addWriting(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ ...common, method: 'put', path: BASE, operationId: 'writeFile' },
      summary: 'Write a file whole or not at all, with the folders above it; append=true adds to its end',
      query: writeQuerySchema,
      bytesType: 'application/octet-stream',
      answers: { 200: { description: 'What is there now', schema: fileEntrySchema } },
      errors: [...ofUse, 'payload_too_large', 'unsupported_media_type'],
    },
    (asked) => upload(http, asked, ''),
  );
  addEndpoint(
    http,
    {
      ...{ ...common, method: 'delete', path: BASE, operationId: 'deleteFile' },
      summary: 'Remove a file, or a folder with all that is in it',
      query: fileQuerySchema,
      answers: { 204: { description: 'Gone' } },
      errors: ofUse,
    },
    (asked) => answer(http, asked, { method: 'DELETE', what: '', query: asked.query }),
  );
}

function addSearches(http: Http): void {
  const get = { ...common, method: 'get', errors: ofUse } as const;
  addEndpoint(
    http,
    {
      ...{ ...get, path: `${BASE}/list`, operationId: 'listFiles', query: listFilesQuerySchema },
      summary: 'What lies in a folder',
      answers: { 200: { description: 'Depth first', schema: fileListSchema } },
    },
    (asked) =>
      orStopped(http, asked, listStopped, () =>
        answer(http, asked, { method: 'GET', what: '/list', query: asked.query }),
      ),
  );
  addEndpoint(
    http,
    {
      ...{ ...get, path: `${BASE}/glob`, operationId: 'globFiles', query: globQuerySchema },
      summary: 'What lies below a folder and matches a pattern',
      answers: { 200: { description: 'Depth first', schema: fileListSchema } },
    },
    (asked) => answer(http, asked, { method: 'GET', what: '/glob', query: asked.query }),
  );
  addEndpoint(
    http,
    {
      ...{ ...get, path: `${BASE}/grep`, operationId: 'grepFiles', query: grepQuerySchema },
      summary: 'Lines of files below a folder that match; binaries, links and files over 1 MB are passed over',
      answers: { 200: { description: 'Matches', schema: fileMatchesSchema } },
    },
    (asked) => answer(http, asked, { method: 'GET', what: '/grep', query: asked.query }),
  );
}

function addArchives(http: Http): void {
  const path = `${BASE}/archive`;
  addEndpoint(
    http,
    {
      ...{ ...common, method: 'get', path, operationId: 'readArchive', query: fileQuerySchema },
      summary: 'A folder as tar, names relative to it',
      answers: { 200: { description: 'Tar', ...tar } },
      errors: ofUse,
    },
    (asked) =>
      orStopped(http, asked, archiveStopped, () =>
        answer(http, asked, { method: 'GET', what: '/archive', query: asked.query }),
      ),
  );
  addEndpoint(
    http,
    {
      ...{ ...common, method: 'put', path, operationId: 'writeArchive', query: fileQuerySchema },
      summary: 'Unpack a tar into a folder',
      bytesType: 'application/x-tar',
      answers: { 200: { description: 'What was unpacked', schema: unpackedSchema } },
      errors: [...ofUse, 'payload_too_large', 'unsupported_media_type'],
    },
    (asked) => upload(http, asked, '/archive'),
  );
}

type Question = Pick<Asked<Params, z.ZodObject, z.ZodObject>, 'c' | 'caller' | 'params'>;

function answer(http: Http, { c, caller, params: { id } }: Question, wish: FilesWish): Promise<Response> {
  return answerByUse(http, { c, caller, id, name: 'files' }, async (open, use) =>
    passOn(open, use, await askForFiles(use, wish)),
  );
}

function upload(
  http: Http,
  { c, caller, params: { id }, query }: Question & { readonly query: FilesWish['query'] },
  what: '' | '/archive',
): Promise<Response> {
  return answerByUse(http, { c, caller, id, name: 'files' }, async (open, use) => {
    const headers = given(c, ['content-length', 'content-encoding']);
    const body = requestBytes(open.incoming, use.touch);
    await passOn(open, use, await askForFiles(use, { method: 'PUT', what, query, headers, body }));
  });
}

function given(c: HttpContext, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = c.req.header(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
