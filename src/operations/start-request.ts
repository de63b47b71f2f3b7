import type { StartWish } from '../domain/spec.ts';

export interface StartRequest {
  readonly wish: StartWish;
  readonly idempotencyKey: string | null;
  /** Find or start; left out = start. */
  readonly reuseKey?: string | null;
}
