import { createHash, createHmac } from 'node:crypto';
import type { Tokens } from '../../ports/tokens.ts';

const TOKEN_CHARACTERS = 32;

/** Tokens made from the secret of the installation (docs/decisions/007-derived-tokens.md). */
export function hostTokens(installationSecret: string): Tokens {
  const derive = (purpose: string, sandboxId: string) =>
    createHmac('sha512', installationSecret)
      .update(`${purpose}:${sandboxId}`)
      .digest('base64')
      .replace(/[^A-Za-z0-9]/g, '')
      .slice(0, TOKEN_CHARACTERS);
  return {
    accessToken: (sandboxId) => derive('access', sandboxId),
    trafficToken: (sandboxId) => derive('traffic', sandboxId),
    initSecret: (sandboxId) => derive('init', sandboxId),
    initSecretHash: (sandboxId) => createHash('sha256').update(derive('init', sandboxId)).digest('hex'),
  };
}
