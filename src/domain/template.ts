import type { Resources } from './sandbox.ts';

/** A named starting point for sandboxes. */
export interface Template {
  readonly name: string;
  readonly image: string;
  readonly resources: Partial<Resources>;
  readonly user: string | null;
  readonly workdir: string | null;
  /** Whether programs inside may gain privileges by sudo: no-new-privileges is off then. */
  readonly sudo: boolean;
  readonly env: Readonly<Record<string, string>>;
  /** What an idle sandbox of it may use, for `sandglass profile --check`; null = none declared. */
  readonly memoryBudgetMb: number | null;
  /** Warm containers kept ready; 0 = none. */
  readonly floor: number;
  /** Where it comes from: a file or the built-in one cannot be deleted over HTTP. */
  readonly source: 'builtin' | 'file' | 'api';
}
