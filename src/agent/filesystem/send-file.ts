import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { type ByteRange, byteRange } from '../../contract/byte-range.ts';
import { AgentError } from '../agent-error.ts';
import { onPath } from './call-path.ts';

/** Up to here a file is read whole before its answer begins: one answer, and a length that is true in /proc too. */
const SMALL_BYTES = 64 * 1024;
const CHUNK_BYTES = 512 * 1024;

/** Answers a GET or HEAD with a file's bytes, or a range of them, never encoded. */
export async function sendFile(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  // Opening a fifo waits for its writer, so it is looked at first.
  requireRegular(path, await onPath(path, () => stat(path)));
  const file = await onPath(path, () => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
  try {
    const stats = await file.stat();
    requireRegular(path, stats);
    const etag = `"${stats.ino.toString(36)}-${stats.size.toString(36)}-${Math.round(stats.mtimeMs * 1000).toString(36)}"`;
    response.setHeader('content-type', 'application/octet-stream');
    response.setHeader('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(basename(path))}`);
    response.setHeader('x-content-type-options', 'nosniff');
    response.setHeader('accept-ranges', 'bytes');
    response.setHeader('last-modified', stats.mtime.toUTCString());
    response.setHeader('etag', etag);
    const isAsked = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
    const range = isAsked ? request.headers.range : undefined;
    await sendBytes({ file, statBytes: stats.size, range, isHead: request.method === 'HEAD', response });
  } finally {
    await file.close();
  }
}

function requireRegular(path: string, stats: { isDirectory(): boolean; isFile(): boolean }): void {
  if (stats.isDirectory()) throw new AgentError('invalid_argument', `path '${path}' is a directory`);
  if (!stats.isFile()) throw new AgentError('invalid_argument', `path '${path}' is not a regular file`);
}

interface Answer {
  readonly file: FileHandle;
  /** As its stat says. */
  readonly statBytes: number;
  readonly range: string | undefined;
  readonly isHead: boolean;
  readonly response: ServerResponse;
}

async function sendBytes({ file, statBytes, range, isHead, response }: Answer): Promise<void> {
  const start = statBytes <= SMALL_BYTES ? await readStart(file) : undefined;
  // The stat of a file in /proc says 0: only its end tells how long it is.
  const sizeBytes = start === undefined ? statBytes : start.isWhole ? start.bytes.length : undefined;
  if (sizeBytes === undefined) {
    response.writeHead(200);
    if (isHead) response.end();
    else await pipeline(file.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES, autoClose: false }), response);
    return;
  }
  const part = byteRange(range, sizeBytes);
  writeHead(response, part, sizeBytes);
  if (isHead || part === 'unsatisfiable') response.end();
  else if (start?.isWhole === true) response.end(part ? start.bytes.subarray(part.first, part.last + 1) : start.bytes);
  else await streamPart(file, part ?? { first: 0, last: sizeBytes - 1 }, response);
}

function writeHead(response: ServerResponse, part: ByteRange | 'unsatisfiable' | undefined, sizeBytes: number): void {
  if (part === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${sizeBytes}`, 'content-length': 0 });
  } else if (part === undefined) {
    response.writeHead(200, { 'content-length': sizeBytes });
  } else {
    const { first, last } = part;
    response.writeHead(206, {
      'content-range': `bytes ${first}-${last}/${sizeBytes}`,
      'content-length': last - first + 1,
    });
  }
}

/** A file that became shorter meanwhile ends the connection: the answer's length is out already. */
async function streamPart(file: FileHandle, { first, last }: ByteRange, response: ServerResponse): Promise<void> {
  const source = file.createReadStream({ start: first, end: last, highWaterMark: CHUNK_BYTES, autoClose: false });
  await pipeline(source, response, { end: false });
  if (source.bytesRead === last - first + 1) response.end();
  else response.destroy();
}

async function readStart(file: FileHandle): Promise<{ readonly bytes: Buffer; readonly isWhole: boolean }> {
  const buffer = Buffer.allocUnsafe(SMALL_BYTES + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length, length);
    if (bytesRead === 0) return { bytes: buffer.subarray(0, length), isWhole: true };
    length += bytesRead;
  }
  return { bytes: buffer, isWhole: false };
}
