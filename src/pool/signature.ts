import { createHash } from 'node:crypto';
import type { NormalisedStart } from '../domain/spec.ts';
import type { NamedSignature, SignatureParts } from '../ports/pool-view.ts';

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

/** With the parts that it is made of. */
export function namedSignature(
  { internet, resources, runtime, spec }: NormalisedStart,
  made: Pick<SignatureParts, 'imageDigest' | 'agentVersion'>,
): NamedSignature {
  const parts = { ...made, internet, runtime, sudo: spec.sudo, diskMb: resources.diskMb };
  return { signature: shortSignature(signatureOf(parts)), ...parts };
}
