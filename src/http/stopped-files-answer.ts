import { basename } from 'node:path';
import { byteRange } from '../contract/byte-range.ts';
import type { FileEntry, FileList } from '../contract/files.ts';
import { SandboxError } from '../domain/errors.ts';
import type { Caller } from '../operations/caller.ts';
import {
  getStoppedFile,
  listStoppedFolder,
  packStoppedFolder,
  readStoppedFile,
  type StoppedEntry,
} from '../operations/stopped-files.ts';
import { type StoppedUse, useStopped } from '../operations/stopped-use.ts';
import type { Http, HttpContext } from './http-deps.ts';
import { isoInstant } from './instants.ts';
import { type Exchange, exchange, sendBody, sendHead } from './use-exchange.ts';

interface Question<Q> {
  readonly c: HttpContext;
  readonly caller: Caller;
  readonly params: { readonly id: string };
  readonly query: Q;
}

type Answer<Q> = (http: Http, open: Exchange, stopped: StoppedUse, query: Q) => Promise<void>;

/** The engine does nothing to a container while it is read. */
const STALL_MS = 10_000;

/** Answers from the container of a stopped sandbox; in any other state as `live` does. */
export async function orStopped<Q>(
  http: Http,
  { c, caller, params: { id }, query }: Question<Q>,
  answer: Answer<Q>,
  live: () => Promise<Response>,
): Promise<Response> {
  const gone = new AbortController();
  const stopped = await useStopped(http.deps.operations, caller, id, gone.signal);
  if (stopped === undefined) return live();
  try {
    return await exchange(http, c, { isEndless: false, stallMs: STALL_MS }, async (open) => {
      open.leaving.addEventListener('abort', () => gone.abort(open.leaving.reason), { once: true });
      await answer(http, open, stopped, query);
    });
  } finally {
    stopped.close();
  }
}

export async function readStopped(
  http: Http,
  open: Exchange,
  stopped: StoppedUse,
  { path }: { readonly path: string },
): Promise<void> {
  const { operations } = http.deps;
  const file = await getStoppedFile(operations, stopped, path);
  if (file.type !== 'file') {
    throw new SandboxError('invalid_request', `Path '${path.slice(0, 200)}' is not a regular file.`);
  }
  const { sizeBytes } = file;
  const range = byteRange(open.c.req.header('range'), sizeBytes);
  if (range === 'unsatisfiable') {
    throw new SandboxError('range_not_satisfiable', `The file has ${sizeBytes} bytes.`, { details: { sizeBytes } });
  }
  const { first, last } = range ?? { first: 0, last: sizeBytes - 1 };
  const headers = {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(basename(file.path))}`,
    'Accept-Ranges': 'bytes',
    'Last-Modified': new Date(file.modifiedAtMs).toUTCString(),
    'Content-Length': last - first + 1,
  };
  if (range === undefined) sendHead(open, 200, headers);
  else sendHead(open, 206, { ...headers, 'Content-Range': `bytes ${first}-${last}/${sizeBytes}` });
  if (open.c.req.method === 'HEAD' || sizeBytes === 0) {
    open.outgoing.end();
    return;
  }
  const body = await readStoppedFile(operations, stopped, file, { first, last, signal: stopped.signal });
  await sendBody(open, body);
}

export async function archiveStopped(
  http: Http,
  open: Exchange,
  stopped: StoppedUse,
  { path }: { readonly path: string },
): Promise<void> {
  const { operations } = http.deps;
  const folder = await getStoppedFile(operations, stopped, path);
  const body = await packStoppedFolder(operations, stopped, { path: folder.path, signal: stopped.signal });
  sendHead(open, 200, { 'Content-Type': 'application/x-tar' });
  await sendBody(open, body);
}

export async function listStopped(
  http: Http,
  open: Exchange,
  stopped: StoppedUse,
  { path = '', depth }: { readonly path?: string | undefined; readonly depth: number },
): Promise<void> {
  const { operations } = http.deps;
  const folder = await getStoppedFile(operations, stopped, path);
  const listed = await listStoppedFolder(operations, stopped, { folder, depth, signal: stopped.signal });
  const entries = listed.entries.map((entry) => entryView(folder.path, entry));
  const list: FileList = { entries, truncated: listed.isTruncated };
  const text = Buffer.from(JSON.stringify(list));
  sendHead(open, 200, { 'Content-Type': 'application/json', 'Content-Length': text.length });
  open.outgoing.end(text);
}

function entryView(folder: string, { name, type, sizeBytes, mode, modifiedAtMs, ...entry }: StoppedEntry): FileEntry {
  return {
    ...{ name: basename(name), path: `${folder.replace(/\/$/, '')}/${name}`, type, size: sizeBytes },
    ...{ mode: mode.toString(8).padStart(4, '0'), modifiedAt: isoInstant(modifiedAtMs) },
    ...{ owner: entry.owner, group: entry.group },
    ...(entry.linkTarget === null ? {} : { symlinkTarget: entry.linkTarget }),
  };
}
