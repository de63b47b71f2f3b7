import type { Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';
import type { ContainerEntry } from '../../ports/container-runtime.ts';

/** The bytes of the one file of an archive; reads nothing behind it, and lets go of the archive. */
export async function* fileOfTar(tar: Readable): AsyncGenerator<Buffer> {
  for await (const entry of entriesOf(tar)) {
    // tar-stream hands out buffers.
    yield* entry as AsyncIterable<Buffer>;
    return;
  }
}

/** What is in the archive of a folder, without the folder itself; contents are passed over. */
export async function* folderOfTar(tar: Readable): AsyncGenerator<ContainerEntry> {
  const sizes = new Map<string, number>();
  for await (const entry of entriesOf(tar)) {
    const { header } = entry;
    entry.resume();
    const name = nameOf(header.name);
    if (name === '') continue;
    const isHardLink = header.type === 'link';
    const sizeBytes = isHardLink ? (sizes.get(nameOf(header.linkname)) ?? 0) : header.size;
    if (header.type === 'file') sizes.set(name, sizeBytes);
    yield {
      ...{ name, sizeBytes, type: typeOf(header), mode: header.mode & 0o777 },
      ...{ uid: header.uid, gid: header.gid, modifiedAtMs: header.mtime.getTime() },
      linkTarget: header.type === 'symlink' ? header.linkname : null,
    };
  }
}

async function* entriesOf(tar: Readable) {
  const archive = extract();
  tar.once('error', (error) => archive.destroy(error));
  tar.once('close', () => {
    if (!tar.readableEnded) archive.destroy(new Error('the archive broke off'));
  });
  archive.on('error', () => tar.destroy());
  tar.pipe(archive);
  try {
    yield* archive;
  } finally {
    tar.destroy();
  }
}

function nameOf(name: string): string {
  return name
    .replace(/^(\.?\/)+/, '')
    .replace(/\/+$/, '')
    .replace(/^\.$/, '');
}

function typeOf({ type }: Header): ContainerEntry['type'] {
  if (type === 'directory' || type === 'symlink') return type;
  return type === 'file' || type === 'contiguous-file' || type === 'link' ? 'file' : 'other';
}
