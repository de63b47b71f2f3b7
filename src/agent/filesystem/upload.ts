import type { IncomingMessage, ServerResponse } from 'node:http';
import { PassThrough, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import busboy from 'busboy';
import { AgentError, errnoOf } from '../agent-error.ts';

/** One file of a request. */
export interface UploadedFile {
  /** As the request names it. */
  readonly path: string;
  readonly source: AsyncIterable<Buffer>;
}

const BUFFER_BYTES = 1024 * 1024;

/**
 * The bytes of a request without their encoding. Reading them throws when the client breaks off, or when they are not
 * what the encoding says; whoever stops reading early leaves the request as it is, so that it can be answered.
 */
export async function* bodyBytes(request: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    // Node hands out buffers as long as no encoding is set.
    yield* decodedBody(request).iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
  } catch (error) {
    throw bodyError(error);
  }
}

function decodedBody(request: IncomingMessage): Readable {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return request;
  if (encoding !== 'gzip') {
    throw new AgentError('invalid_argument', `The content encoding '${encoding}' is not supported: use gzip or none.`, {
      status: 415,
    });
  }
  const gunzip = createGunzip({ chunkSize: 256 * 1024 });
  request.once('error', (error) => gunzip.destroy(error));
  return request.pipe(gunzip);
}

/** The files of a multipart form, one after the other. Fields that are no files are passed over. */
export async function forEachFile(
  request: IncomingMessage,
  save: (file: UploadedFile) => Promise<void>,
): Promise<void> {
  const form = parserOf(request);
  const body = decodedBody(request);
  let saved: Promise<void> = Promise.resolve();
  form.on('file', (field, part, { filename }) => {
    if (field !== 'file') {
      part.resume();
      return;
    }
    const source = bufferedPart(part);
    saved = saved.then(() => save({ path: filename ?? '', source }));
    saved.catch((error: unknown) => form.destroy(error instanceof Error ? error : new Error(String(error))));
  });
  await new Promise<void>((resolve, reject) => {
    form.once('error', reject);
    form.once('close', resolve);
    body.once('error', (error) => form.destroy(error));
    body.pipe(form);
  }).catch(async (error: unknown) => {
    body.unpipe(form);
    await saved.catch(() => undefined);
    throw bodyError(error);
  });
  await saved;
}

/** A part that waits in a buffer of its own while the one before it is written. */
function bufferedPart(part: Readable): PassThrough {
  const source = new PassThrough({ highWaterMark: BUFFER_BYTES });
  part.once('error', (error) => source.destroy(error));
  part.once('close', () => {
    if (!part.readableEnded) source.destroy(new AgentError('invalid_argument', 'The multipart form breaks off.'));
  });
  source.on('error', () => part.resume());
  return part.pipe(source);
}

function parserOf(request: IncomingMessage): busboy.Busboy {
  try {
    // Names are whole paths, in UTF-8.
    return busboy({
      headers: request.headers,
      preservePath: true,
      defParamCharset: 'utf8',
      fileHwm: BUFFER_BYTES,
      highWaterMark: BUFFER_BYTES,
    });
  } catch (cause) {
    throw new AgentError('invalid_argument', 'The body is not a multipart form.', { cause });
  }
}

function bodyError(error: unknown): unknown {
  if (errnoOf(error).startsWith('Z_')) {
    return new AgentError('invalid_argument', 'The body is not valid gzip.', { cause: error });
  }
  const isParse = error instanceof Error && errnoOf(error) === '' && /form|part|header|boundary/i.test(error.message);
  if (!isParse) return error;
  return new AgentError('invalid_argument', `The multipart form is broken: ${error.message}.`, { cause: error });
}

const DRAIN_MS = 10_000;

/** Reads what is left of a request that was refused half-way, for a while: a client that sends sees no answer. */
export function drain(request: IncomingMessage, response: ServerResponse): void {
  request.unpipe();
  request.resume();
  const timer = setTimeout(() => request.destroy(), DRAIN_MS);
  timer.unref();
  for (const stream of [request, response]) stream.once('close', () => clearTimeout(timer));
}
