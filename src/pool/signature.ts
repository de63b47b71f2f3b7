import { createHash } from 'node:crypto';

/** What cannot be changed in a container once it is made; env, user, command and limits come in with the claim. */
export interface SignatureParts {
  /** Content id of the image. */
  readonly imageDigest: string;
  readonly runtime: string;
  readonly internet: boolean;
  /** Whether programs inside may gain privileges. */
  readonly sudo: boolean;
  /** null = no bound. */
  readonly diskMb: number | null;
  /** null = made without an agent. */
  readonly agentVersion: string | null;
}

/** SHA-256, hex, of the parts in canonical JSON: every default filled in, keys in order. */
export function signatureOf(parts: SignatureParts): string {
  const { agentVersion, diskMb, imageDigest, internet, runtime, sudo } = parts;
  const canonical = { agentVersion, diskMb, imageDigest, internet, runtime, sudo };
  return createHash('sha256').update(JSON.stringify(canonical)).digest('hex');
}

/** As people see it. */
export function shortSignature(signature: string): string {
  return signature.slice(0, 8);
}
