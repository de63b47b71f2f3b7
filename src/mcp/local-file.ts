import { mkdir, open, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SandglassError } from '../sdk/index.ts';

/** Files of this machine below one folder, which models may send and fetch. Links that lead out of it are refused. */
export interface LocalFiles {
  read(path: string): Promise<{ readonly path: string; readonly sizeBytes: number; readonly bytes: ReadableStream }>;
  /** Whole or not at all; folders above it are made. */
  write(
    path: string,
    bytes: ReadableStream<Uint8Array>,
  ): Promise<{ readonly path: string; readonly sizeBytes: number }>;
}

export function localFiles(folder: string): LocalFiles {
  return {
    async read(asked) {
      const path = await realpath(await allowed(folder, asked)).catch(() => {
        throw new SandglassError('not_found', `There is no ${asked} here.`, { hint: `Files lie below ${folder}.` });
      });
      await allowed(folder, path);
      const handle = await open(path, 'r');
      const { size: sizeBytes } = await handle.stat();
      const bytes = Readable.toWeb(handle.createReadStream()) as ReadableStream; // node's and the global one are the same
      return { path, sizeBytes, bytes };
    },
    async write(asked, bytes) {
      const path = await allowed(folder, asked);
      await mkdir(dirname(path), { recursive: true });
      await allowed(folder, join(await realpath(dirname(path)), basename(path)));
      const part = `${path}.part-${process.pid}-${Date.now()}`;
      const handle = await open(part, 'wx');
      try {
        const target = handle.createWriteStream();
        await pipeline(Readable.fromWeb(bytes as Parameters<typeof Readable.fromWeb>[0]), target); // the same again
        await rename(part, path);
        return { path, sizeBytes: target.bytesWritten };
      } catch (error) {
        await rm(part, { force: true });
        throw error;
      }
    },
  };
}

/** The absolute form of a path below the folder. Throws `forbidden` for any other. */
async function allowed(folder: string, asked: string): Promise<string> {
  const root = await realpath(folder);
  const path = resolve(root, asked);
  const inside = relative(root, path);
  if (inside !== '' && inside.split('/')[0] !== '..' && !isAbsolute(inside)) return path;
  throw new SandglassError('forbidden', `${asked} is not below ${root}.`, {
    hint: 'Only files below that folder can be sent and fetched; `sandglass mcp --folder` names another.',
  });
}
