/** Where randomness comes in. */
export interface Ids {
  /** A new sandbox id: 20 characters of [a-z0-9]. */
  sandboxId(): string;
  /** `count` random bytes as lower-case hex. */
  hex(count: number): string;
}
