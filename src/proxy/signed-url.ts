import type { Refusal } from './refusal.ts';
import { refusal } from './refusal.ts';

/** What a signed URL of `/files` is signed over. */
export interface SignedFile {
  readonly path: string;
  readonly operation: 'read' | 'write';
  readonly user: string;
  /** Seconds since 1970; null = never. */
  readonly expiresAtSeconds: number | null;
}

/** Computes the signature of a file's URL from an access token. */
export type Sign = (file: SignedFile, accessToken: string) => string;

export interface SignedUrl {
  readonly file: SignedFile;
  readonly signature: string;
}

const SIGNATURE = /^v1_[A-Za-z0-9+/]{43}$/;
const OPERATIONS: Readonly<Record<string, 'read' | 'write' | undefined>> = {
  GET: 'read',
  HEAD: 'read',
  POST: 'write',
  PUT: 'write',
};

/** Reads the URL, and refuses what no sandbox could have signed, before any is looked at. */
export function readSignedUrl(
  method: string,
  path: string,
  nowMs: number,
): { readonly url: SignedUrl } | { readonly refused: Refusal } {
  const query = new URLSearchParams(path.slice(path.indexOf('?') + 1));
  const signature = query.get('signature');
  const expiration = query.get('signature_expiration');
  const operation = OPERATIONS[method];
  if (signature === null || !path.includes('?')) return refused('missing signature query parameter');
  if (operation === undefined)
    return { refused: refusal('method_not_allowed', '/files knows GET, HEAD, POST and PUT') };
  if (!SIGNATURE.test(signature) || !/^\d{0,15}$/.test(expiration ?? '')) return refused('invalid signature');
  const expiresAtSeconds = expiration === null || expiration === '' ? null : Number(expiration);
  if (expiresAtSeconds !== null && expiresAtSeconds * 1000 < nowMs) return refused('signature is already expired');
  const file = { path: query.get('path') ?? '', operation, user: query.get('username') ?? '', expiresAtSeconds };
  return { url: { file, signature } };
}

function refused(message: string) {
  return { refused: refusal('unauthenticated', message) };
}
