import { SandboxError } from '../domain/errors.ts';
import type { HttpContext } from './http-deps.ts';

const MOST_BYTES = 1024 * 1024;
const MOST_LEVELS = 32;
const JSON_TYPE = /^application\/([a-z0-9.-]+\+)?json\s*(;|$)/i;

/** The JSON of the body; `{}` where there is none. Never reads more than 1 MiB, however the body arrives. */
export async function readJsonBody(c: HttpContext): Promise<unknown> {
  const bytes = await readBounded(c);
  if (bytes.byteLength === 0) return {};
  requireJsonType(c);
  const value = parse(bytes);
  checkShape(value, 1);
  return value;
}

async function readBounded(c: HttpContext): Promise<Uint8Array> {
  const declared = c.req.header('content-length');
  if (declared !== undefined && Number(declared) > MOST_BYTES) throw tooLarge();
  try {
    // The parser holds a peer to the length it declared; a body without one is counted here.
    if (declared !== undefined) return new Uint8Array(await c.req.arrayBuffer());
    return await readCounted(c.req.raw.body);
  } catch (error) {
    if (error instanceof SandboxError) throw error;
    throw invalid('The body could not be read to its end.', error);
  }
}

async function readCounted(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of body ?? []) {
    total += chunk.byteLength;
    if (total > MOST_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function requireJsonType(c: HttpContext): void {
  const encoding = c.req.header('content-encoding') ?? 'identity';
  if (JSON_TYPE.test(c.req.header('content-type') ?? '') && encoding === 'identity') return;
  throw new SandboxError('unsupported_media_type', 'The body must be JSON, not compressed.', {
    hint: 'Send Content-Type: application/json.',
  });
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw invalid('The body is not JSON in UTF-8.', error);
  }
}

function checkShape(value: unknown, level: number): void {
  if (typeof value !== 'object' || value === null) return;
  if (level > MOST_LEVELS) throw invalid(`The body is nested deeper than ${MOST_LEVELS} levels.`);
  for (const [name, member] of Object.entries(value)) {
    if (name === '__proto__') throw invalid('The body has a member named __proto__.');
    checkShape(member, level + 1);
  }
}

function invalid(message: string, cause?: unknown): SandboxError {
  return new SandboxError('invalid_request', message, { cause });
}

function tooLarge(): SandboxError {
  return new SandboxError('payload_too_large', `The body is larger than ${MOST_BYTES} bytes.`, {
    details: { limitBytes: MOST_BYTES },
  });
}
