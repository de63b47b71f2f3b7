import { randomBytes } from 'node:crypto';

/** A name for what the agent makes beside a file until it is whole; watches and lists do not tell of it. */
export function temporaryName(): string {
  return `.sandglass-${randomBytes(8).toString('hex')}.tmp`;
}

export function isTemporary(name: string): boolean {
  return /^\.sandglass-[0-9a-f]{16}\.tmp$/.test(name);
}
