import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type xattr from '@napi-rs/xattr';
import { AgentError } from '../agent-error.ts';

/** What a file is told about itself by those who upload it. */
export type Metadata = Readonly<Record<string, string>>;

/** Its system calls do not follow a link at the end of the path; its errors are worded, without an errno. */
type XattrLibrary = Pick<typeof xattr, 'listAttributesSync' | 'getAttributeSync' | 'setAttributeSync'>;

const PREFIX = 'user.e2b.';

let library: XattrLibrary | null | undefined;

/**
 * The metadata that a file carries: its extended attributes `user.e2b.*`. Empty where there is none, or where the file
 * system keeps none. About 4 us for a file without, so listings may ask for each entry.
 */
export function readMetadata(path: string): Record<string, string> {
  const xattrs = loadXattrs();
  if (xattrs === null) return {};
  try {
    const names = xattrs.listAttributesSync(path).filter((name) => name.startsWith(PREFIX));
    return Object.fromEntries(
      names.flatMap((name) => {
        const value = xattrs.getAttributeSync(path, name);
        return value === null ? [] : [[name.slice(PREFIX.length), value.toString('utf8')]];
      }),
    );
  } catch {
    return {};
  }
}

/** Throws `unimplemented` where it cannot be kept. */
export function writeMetadata(path: string, metadata: Metadata): void {
  const entries = Object.entries(metadata);
  if (entries.length === 0) return;
  const xattrs = loadXattrs();
  if (xattrs === null) throw new AgentError('unimplemented', 'This build of the agent cannot store file metadata.');
  for (const [key, value] of entries) {
    try {
      xattrs.setAttributeSync(path, PREFIX + key, value);
    } catch (cause) {
      throw metadataError(cause);
    }
  }
}

function metadataError(cause: unknown): AgentError {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (/os error 95|not supported/i.test(message)) {
    return new AgentError('unimplemented', 'The file system at this path keeps no metadata.', { cause });
  }
  if (/os error (28|122)\b/.test(message)) {
    return new AgentError('resource_exhausted', 'not enough disk space available for the metadata', { cause });
  }
  return new AgentError('internal', `The metadata could not be stored: ${message}`, { cause });
}

/** The library lies beside agent.js; it is loaded when it is first asked for, and null when it is not there. */
function loadXattrs(): XattrLibrary | null {
  if (library !== undefined) return library;
  const load = createRequire(resolve(process.argv[1] ?? '/'));
  library = null;
  for (const libc of ['gnu', 'musl']) {
    try {
      library = load(`@napi-rs/xattr-${process.platform}-${process.arch}-${libc}`) as XattrLibrary;
      break;
    } catch {
      // The other one is for this machine, or none is.
    }
  }
  return library;
}

const PRINTABLE = /^[\x20-\x7e]*$/;
/** An attribute's name has 255 bytes. */
const LONGEST_KEY = 246;
/** What ext4 keeps per file, keys with their prefix counted in. */
const MOST_BYTES = 4096;
const HEADER = 'x-metadata-';

/** `X-Metadata-<key>: <value>` of a request, keys in lower case, the first of each. Throws `invalid_argument`. */
export function metadataOf(rawHeaders: readonly string[]): Metadata {
  const metadata = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    if (!name.startsWith(HEADER)) continue;
    const key = name.slice(HEADER.length);
    if (!metadata.has(key)) metadata.set(key, rawHeaders[index + 1] ?? '');
  }
  let bytes = 0;
  for (const [key, value] of metadata) {
    bytes += PREFIX.length + key.length + value.length;
    if (key === '' || key.length > LONGEST_KEY || !PRINTABLE.test(key)) {
      throw new AgentError('invalid_argument', `A metadata key has 1 to ${LONGEST_KEY} printable ASCII characters.`);
    }
    if (!PRINTABLE.test(value)) {
      throw new AgentError('invalid_argument', `The metadata value of '${key}' is not printable ASCII.`);
    }
  }
  if (bytes > MOST_BYTES) {
    throw new AgentError('invalid_argument', `The metadata of a file has at most ${MOST_BYTES} bytes.`);
  }
  return Object.fromEntries(metadata);
}
