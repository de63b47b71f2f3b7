import { SandboxError } from '../domain/errors.ts';
import type { NormalisedStart, StartWish } from '../domain/spec.ts';
import type { NamedSignature, PoolStatus } from '../ports/pool-view.ts';
import { acceptWish, mayStartImage } from './accept-wish.ts';
import type { Caller } from './caller.ts';
import type { OperationDeps } from './deps.ts';

/** The pool as this caller may know it: which images others start is nobody else's business. */
export function readPool(deps: OperationDeps, caller: Caller): PoolStatus {
  const status = deps.pool.status();
  return { ...status, signatures: status.signatures.filter(({ image }) => mayStartImage(deps, caller, image)) };
}

export interface StartSignature extends NamedSignature {
  readonly start: NormalisedStart;
}

/**
 * By what such a start would find its slot; starts nothing. Refuses what the start itself would be refused for. Throws
 * `not_found` for an image that is not on the engine yet, `engine_unavailable` when that cannot be asked.
 */
export async function signatureOfStart(deps: OperationDeps, caller: Caller, wish: StartWish): Promise<StartSignature> {
  const start = acceptWish(deps, caller, wish);
  const named = await deps.pool.signatureFor(start);
  if (named !== undefined) return { ...named, start };
  await deps.reconciler.requireEngine();
  throw new SandboxError('not_found', `The engine has no image "${start.image}": its content is not known.`, {
    hint: 'It is pulled by the first start of it; ask again after that.',
    details: { resource: 'image' },
  });
}
