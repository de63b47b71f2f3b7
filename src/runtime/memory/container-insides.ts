import { Readable } from 'node:stream';
import { SandboxError } from '../../domain/errors.ts';
import type { ContainerEntry, ContainerFile, ContainerRuntime, LogPiece } from '../../ports/container-runtime.ts';
import { findContainer, isUp, type MemoryContainer, type MemoryWorld } from './memory-world.ts';

type Insides = Pick<ContainerRuntime, 'log' | 'usage' | 'findFile' | 'readFile' | 'walkFolder' | 'packFolder'>;

/** What is in a container, and what it wrote: files are those that `control.putFile` put there; there are no links. */
export function containerInsides(world: MemoryWorld): Insides {
  const { run } = world.faults;
  const filesOf = (containerId: string) => findContainer(world, containerId)?.files ?? new Map<string, Buffer>();
  const read = (containerId: string, path: string) => filesOf(containerId).get(path) ?? missing(path);
  return {
    log: (containerId, { tailLines, isFollowed, signal }) =>
      run('log', () => {
        const container = findContainer(world, containerId);
        return container === undefined ? nothing() : piecesOf(container, tailLines, isFollowed ? signal : null);
      }),
    usage: (containerId) =>
      run('usage', () => {
        const container = findContainer(world, containerId);
        return container !== undefined && isUp(container) ? USED : undefined;
      }),
    findFile: (containerId, path) => run('findFile', () => findIn(filesOf(containerId), path)),
    readFile: (containerId, path) =>
      run('readFile', () => Readable.from([read(containerId, path)], { objectMode: false })),
    walkFolder: (containerId, path) => run('walkFolder', () => walk(filesOf(containerId), path)),
    packFolder: (containerId, path) =>
      run('packFolder', () => {
        if (findIn(filesOf(containerId), path) === undefined) missing(path);
        return Readable.from([Buffer.alloc(1024)], { objectMode: false });
      }),
  };
}

const USED = {
  ...{ cpuNs: 1_000_000, memChargedBytes: 8 << 20, memCacheBytes: 2 << 20, memInactiveFileBytes: 1 << 20 },
  ...{ memRssBytes: 5 << 20, oomKills: null },
  ...{ memPeakBytes: 9 << 20, memLimitBytes: 512 << 20, pids: 2 },
};

function findIn(files: ReadonlyMap<string, Buffer>, path: string): ContainerFile | undefined {
  const bytes = files.get(path);
  const common = { path, modifiedAtMs: 0 };
  if (bytes !== undefined) return { ...common, type: 'file', sizeBytes: bytes.length, mode: 0o644 };
  const isFolder = [...files.keys()].some((name) => name.startsWith(below(path)));
  return isFolder ? { ...common, type: 'directory', sizeBytes: 0, mode: 0o755 } : undefined;
}

async function* walk(files: ReadonlyMap<string, Buffer>, folder: string): AsyncGenerator<ContainerEntry> {
  if (findIn(files, folder) === undefined) missing(folder);
  const told = new Set<string>();
  const common = { modifiedAtMs: 0, uid: 0, gid: 0, linkTarget: null };
  for (const path of [...files.keys()].filter((one) => one.startsWith(below(folder))).sort()) {
    const parts = path.slice(below(folder).length).split('/');
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const name = parts.slice(0, depth).join('/');
      if (told.has(name)) continue;
      told.add(name);
      if (depth < parts.length) yield { ...common, name, type: 'directory', sizeBytes: 0, mode: 0o755 };
      else yield { ...common, name, type: 'file', sizeBytes: files.get(path)?.length ?? 0, mode: 0o644 };
    }
  }
}

async function* piecesOf(container: MemoryContainer, tailLines: number, until: AbortSignal | null) {
  const lines = container.log.split(/(?<=\n)/).filter((line) => line !== '');
  let said = container.log.length;
  for (const line of lines.slice(Math.max(0, lines.length - tailLines))) yield pieceOf(container, line);
  while (until !== null && isUp(container)) {
    await moreOf(container, until);
    const more = container.log.slice(said);
    said = container.log.length;
    if (more !== '') yield pieceOf(container, more);
    until.throwIfAborted();
  }
}

/** Until it says something, or its run ends. */
function moreOf(container: MemoryContainer, until: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = new AbortController();
    const settle = () => {
      over.abort();
      container.listeners.delete(settle);
      resolve();
    };
    container.listeners.add(settle);
    for (const signal of [until, container.run.signal]) {
      if (signal.aborted) settle();
      else signal.addEventListener('abort', settle, { signal: over.signal });
    }
  });
}

function pieceOf({ createdAtMs }: MemoryContainer, line: string): LogPiece {
  return { stream: 'stdout', atMs: createdAtMs, content: Buffer.from(line) };
}

async function* nothing(): AsyncGenerator<LogPiece> {}

function below(folder: string): string {
  return folder.endsWith('/') ? folder : `${folder}/`;
}

function missing(path: string): never {
  throw new SandboxError('not_found', `There is no ${path} in the sandbox.`, { details: { resource: 'file' } });
}
