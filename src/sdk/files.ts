import { bodyWith } from './checked-body.ts';
import type { Connection } from './connection.ts';
import { SandglassError } from './sandglass-error.ts';
import type { FileEntry, FileList, FileMatches, Unpacked } from './wire.ts';

export interface FileOptions {
  /** Whose home relative paths are in, and who owns what is made. */
  readonly user?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface WriteOptions extends FileOptions {
  /** Three octal digits, such as 644. */
  readonly mode?: string;
  /** True = adds to its end. */
  readonly append?: boolean;
}

export type Bytes = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

/** Files of one sandbox. Paths are absolute or relative to the user's home. All throw `not_found` for what is not there. */
export interface SandboxFiles {
  read(path: string, options?: FileOptions): Promise<Uint8Array>;
  readText(path: string, options?: FileOptions): Promise<string>;
  /** For what is large: read it, or cancel it. */
  readStream(path: string, options?: FileOptions): Promise<ReadableStream<Uint8Array>>;
  /** Whole or not at all; folders above it are made. */
  write(path: string, bytes: Bytes, options?: WriteOptions): Promise<FileEntry>;
  stat(path: string, options?: FileOptions): Promise<FileEntry>;
  /** A folder with all that is in it. */
  remove(path: string, options?: FileOptions): Promise<void>;
  list(path: string, options?: FileOptions & { readonly depth?: number }): Promise<FileList>;
  glob(pattern: string, options?: SearchOptions): Promise<FileList>;
  grep(pattern: string, options?: GrepOptions): Promise<FileMatches>;
  /** A folder as tar. */
  readArchive(path: string, options?: FileOptions): Promise<ReadableStream<Uint8Array>>;
  writeArchive(path: string, tar: Bytes, options?: FileOptions): Promise<Unpacked>;
}

export interface SearchOptions extends FileOptions {
  /** The folder to search; where the user's processes begin when not given. */
  readonly path?: string;
  readonly limit?: number;
}

export interface GrepOptions extends SearchOptions {
  readonly literal?: boolean;
  readonly caseSensitive?: boolean;
  readonly glob?: string;
}

interface Asked extends WriteOptions, GrepOptions {
  readonly pattern?: string;
  readonly depth?: number;
}

const notTold = 'Of a file of a stopped sandbox no entry of its own is told.';

export function sandboxFiles(connection: Connection, id: string): SandboxFiles {
  const base = `/v1/sandboxes/${encodeURIComponent(id)}/files`;
  const open = (path: string, options: FileOptions, what = '') =>
    connection.open({ method: 'GET', path: base + what, ...queryOf({ path, ...options }) });
  const search = async (what: string, query: Asked) =>
    (await connection.ask({ method: 'GET', path: base + what, ...queryOf(query), isRepeatable: true })).body;
  const put = async (what: string, bytes: Bytes, query: Asked): Promise<unknown> => {
    const headers = { 'content-type': 'application/octet-stream' };
    return (await connection.open({ method: 'PUT', path: base + what, ...queryOf(query), headers, bytes })).json();
  };
  return {
    read: async (path, options = {}) => new Uint8Array(await (await open(path, options)).arrayBuffer()),
    readText: async (path, options = {}) => (await open(path, options)).text(),
    readStream: async (path, options = {}) => streamOf(await open(path, options)),
    write: async (path, bytes, options = {}) => bodyWith<FileEntry>(await put('', bytes, { path, ...options }), 'path'),
    async stat(path, options = {}) {
      const answer = await connection
        .open({ method: 'HEAD', path: base, ...queryOf({ path, ...options }) })
        .catch((error: unknown) => {
          throw isBare404(error) ? new SandglassError('not_found', `There is no ${path}.`, { status: 404 }) : error;
        });
      const entry = answer.headers.get('x-sandglass-entry');
      if (entry === null) throw new SandglassError('unsupported', notTold, { hint: 'List the folder that it is in.' });
      return bodyWith<FileEntry>(JSON.parse(decodeURIComponent(entry)), 'path');
    },
    async remove(path, options = {}) {
      await connection.ask({ method: 'DELETE', path: base, ...queryOf({ path, ...options }), isRepeatable: false });
    },
    list: async (path, options = {}) => bodyWith<FileList>(await search('/list', { path, ...options }), 'entries'),
    glob: async (pattern, options = {}) =>
      bodyWith<FileList>(await search('/glob', { pattern, ...options }), 'entries'),
    grep: async (pattern, options = {}) =>
      bodyWith<FileMatches>(await search('/grep', { pattern, ...options }), 'matches'),
    readArchive: async (path, options = {}) => streamOf(await open(path, options, '/archive')),
    writeArchive: async (path, tar, options = {}) =>
      bodyWith<Unpacked>(await put('/archive', tar, { path, ...options }), 'entries'),
  };
}

function queryOf({ signal, ...query }: Asked) {
  return { query: { ...query }, signal };
}

/** The answer to HEAD has no document that would say what is missing. */
function isBare404(error: unknown): boolean {
  return error instanceof SandglassError && error.status === 404;
}

function streamOf(response: Response): ReadableStream<Uint8Array> {
  return response.body ?? new Blob([]).stream();
}
