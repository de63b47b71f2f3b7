import type { KeyView, NewKey, NewKeyView } from '../../sdk/index.ts';

/** Where keys are kept: behind the API, or in the database of this machine. */
export interface KeysAccess {
  create(wish: NewKey): Promise<NewKeyView>;
  list(): Promise<readonly KeyView[]>;
  /** Twice is once. Throws `not_found`. */
  revoke(id: string): Promise<void>;
}
