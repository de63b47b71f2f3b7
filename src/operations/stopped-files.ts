import type { Readable } from 'node:stream';
import { SandboxError } from '../domain/errors.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import type { ContainerEntry, ContainerFile } from '../ports/container-runtime.ts';
import type { OperationDeps } from './deps.ts';

/** A container that does not run, whose files can be read. */
export interface StoppedContainer {
  readonly row: Sandbox;
  readonly containerId: string;
}

/** undefined when the files of a sandbox are to be asked of its agent, or cannot be had at all. */
export function stoppedContainer(row: Sandbox): StoppedContainer | undefined {
  return row.state === 'stopped' && row.containerId !== null ? { row, containerId: row.containerId } : undefined;
}

/** What a path leads to. Throws `not_found`, and `invalid_request` for a path that needs a home. */
export async function getStoppedFile(
  deps: OperationDeps,
  { containerId }: StoppedContainer,
  path: string,
): Promise<ContainerFile> {
  if (!path.startsWith('/')) {
    throw new SandboxError('invalid_request', 'The path of a file of a stopped sandbox must be absolute.', {
      hint: 'Homes are known only while it runs: begin the path with a slash.',
    });
  }
  const found = await deps.runtime.findFile(containerId, path);
  if (found !== undefined) return found;
  throw new SandboxError('not_found', `Path '${path.slice(0, 200)}' does not exist.`, {
    details: { resource: 'file' },
  });
}

/** Bytes `first` to `last`, both included, of a regular file. */
export async function readStoppedFile(
  deps: OperationDeps,
  { containerId }: StoppedContainer,
  file: ContainerFile,
  { first, last, signal }: { readonly first: number; readonly last: number; readonly signal: AbortSignal },
): Promise<AsyncIterable<Buffer>> {
  return part(await deps.runtime.readFile(containerId, file.path, signal), first, last);
}

/** The engine always begins at the first byte. */
async function* part(source: Readable, first: number, last: number): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of source) {
    // Node hands out buffers as long as no encoding is set.
    const bytes = chunk as Buffer;
    const piece = bytes.subarray(Math.max(0, first - at), Math.max(0, last + 1 - at));
    at += bytes.length;
    if (piece.length > 0) yield piece;
    if (at > last) return;
  }
}

export function packStoppedFolder(
  deps: OperationDeps,
  { containerId }: StoppedContainer,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal },
): Promise<Readable> {
  return deps.runtime.packFolder(containerId, path, signal);
}

export interface StoppedEntry extends ContainerEntry {
  readonly owner: string;
  readonly group: string;
}

const MOST_ENTRIES = 10_000;
const MOST_VISITED = 500_000;
const LONGEST_MS = 20_000;
const LARGEST_NAMES_BYTES = 1024 * 1024;

/** Entries of a folder down to a depth. `isTruncated`: there were more, or the time was over. */
export async function listStoppedFolder(
  deps: OperationDeps,
  stopped: StoppedContainer,
  { folder, depth, signal }: { readonly folder: ContainerFile; readonly depth: number; readonly signal: AbortSignal },
): Promise<{ readonly entries: readonly StoppedEntry[]; readonly isTruncated: boolean }> {
  if (folder.type !== 'directory') {
    throw new SandboxError('invalid_request', `Path '${folder.path.slice(0, 200)}' is not a directory.`);
  }
  const users = await namesIn(deps, stopped, { path: '/etc/passwd', signal });
  const groups = await namesIn(deps, stopped, { path: '/etc/group', signal });
  const endMs = deps.clock.monotonicMs() + LONGEST_MS;
  const entries: StoppedEntry[] = [];
  let visited = 0;
  for await (const entry of await deps.runtime.walkFolder(stopped.containerId, folder.path, signal)) {
    visited += 1;
    if (visited > MOST_VISITED || deps.clock.monotonicMs() > endMs) return { entries, isTruncated: true };
    if (entry.name.split('/').length > depth) continue;
    if (entries.length === MOST_ENTRIES) return { entries, isTruncated: true };
    const { uid, gid } = entry;
    entries.push({ ...entry, owner: users.get(uid) ?? String(uid), group: groups.get(gid) ?? String(gid) });
  }
  return { entries, isTruncated: false };
}

/** Names by number of /etc/passwd or /etc/group; none where it cannot be read. */
async function namesIn(
  deps: OperationDeps,
  { containerId }: StoppedContainer,
  { path, signal }: { readonly path: string; readonly signal: AbortSignal },
): Promise<ReadonlyMap<number, string>> {
  const file = await deps.runtime.findFile(containerId, path);
  if (file?.type !== 'file' || file.sizeBytes > LARGEST_NAMES_BYTES) return new Map();
  const chunks: Buffer[] = [];
  for await (const chunk of await deps.runtime.readFile(containerId, file.path, signal)) chunks.push(chunk as Buffer);
  const lines = Buffer.concat(chunks).toString('utf8').split('\n');
  const named = lines.map((line) => line.split(':')).map(([name = '', , id = '']) => [Number(id), name] as const);
  return new Map(named.filter(([, name]) => name !== '').reverse());
}
