/** The secrets of a sandbox, each the same over all of its life and known from its id alone: none is stored. */
export interface Tokens {
  /** What clients show to the agent; 32 characters of [A-Za-z0-9]. */
  accessToken(sandboxId: string): string;
  /** What clients show to ports that are not public. */
  trafficToken(sandboxId: string): string;
  /** What the service shows to the agent's control calls; nothing inside knows it. */
  initSecret(sandboxId: string): string;
  /** SHA-256 of the init secret, hex: what the container is given. */
  initSecretHash(sandboxId: string): string;
}
