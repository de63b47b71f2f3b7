/** What a copy came to. */
export interface Copied {
  /** Where it lies now. */
  readonly to: string;
  readonly bytes: number;
  /** Links that were left out, for they lead out of the folder. */
  readonly left: readonly string[];
}

export interface CopyOptions {
  readonly user?: string;
}
