import { createHash } from 'node:crypto';

export type FileOperation = 'read' | 'write';

/** What a signed URL of `/files` is signed over. */
export interface SignedFile {
  /** As it stands in the URL. */
  readonly path: string;
  readonly operation: FileOperation;
  /** The `username` of the URL, empty without one. */
  readonly user: string;
  /** `signature_expiration`: seconds since 1970; null = never. */
  readonly expiresAtSeconds: number | null;
}

/** The signature of a file's URL, as clients of E2B compute it from the sandbox's access token. */
export function fileSignature({ path, operation, user, expiresAtSeconds }: SignedFile, accessToken: string): string {
  const parts = [path, operation, user, accessToken, ...(expiresAtSeconds === null ? [] : [expiresAtSeconds])];
  const digest = createHash('sha256').update(parts.join(':')).digest('base64');
  return `v1_${digest.replace(/=+$/, '')}`;
}

/** Words of the refusals, which clients know. */
export const signatureRefusals = {
  missing: 'missing signature query parameter',
  wrong: 'invalid signature',
  expired: 'signature is already expired',
} as const;
