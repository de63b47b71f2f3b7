import { isSandboxError, SandboxError } from '../domain/errors.ts';
import type { Sandbox } from '../domain/sandbox.ts';
import type { StartWish } from '../domain/spec.ts';
import type { Caller } from './caller.ts';
import { deleteSandbox } from './delete-sandbox.ts';
import type { OperationDeps } from './deps.ts';
import type { Wait } from './lifecycle-call.ts';
import { startSandbox } from './start-sandbox.ts';

/** Tags that every template has: tags of one's own are not in this release. */
const OWN_TAG = /:(default|latest)$/;

export interface E2bCreation {
  /** A template's name, or the name of an image. */
  readonly templateId: string;
  /** The same where it can be the name of an image; else null. */
  readonly image: string | null;
  readonly wish: StartWish;
}

/**
 * Starts a sandbox from a template or an image, and answers when it runs. One that fails, or is not up when the caller
 * has waited long enough or has gone, leaves nothing behind. Throws `not_found` where there is no such template or image.
 */
export async function createFromTemplate(
  deps: OperationDeps,
  caller: Caller,
  { templateId, image, wish }: E2bCreation,
  wait: Wait,
): Promise<Sandbox> {
  const name = templateId.replace(OWN_TAG, '');
  const template = [templateId, name].find((one) => deps.templates.find(one) !== undefined);
  if (template === undefined && image === null) throw noTemplate(templateId);
  const source = template === undefined ? { image: image ?? '' } : { template };
  const request = { wish: { ...wish, ...source, deleteIfUnstarted: true }, idempotencyKey: null };
  const outcome = await startSandbox(deps, caller, request, wait).catch(async (error: unknown) => {
    const isUnknown = template === undefined && (await isUnknownImage(deps, templateId, error));
    throw isUnknown ? noTemplate(templateId, error) : error;
  });
  if (outcome.isSettled) return outcome.row;
  await deleteSandbox(deps, caller, { id: outcome.row.id, force: true }, { seconds: 0 });
  throw new SandboxError('engine_unavailable', 'The sandbox could not be started in time; nothing of it is kept.');
}

async function isUnknownImage(deps: OperationDeps, image: string, error: unknown): Promise<boolean> {
  // Whoever may not start images of their own meant a template.
  if (isSandboxError(error, 'forbidden')) return !/[:/@]/.test(image);
  if (!isSandboxError(error, 'start_failed')) return false;
  const found = await deps.runtime.findImage(image).catch(() => image);
  return found === undefined;
}

function noTemplate(templateId: string, cause?: unknown): SandboxError {
  const why = isSandboxError(cause, 'start_failed') ? `: ${cause.message}` : '';
  return new SandboxError('not_found', `template '${templateId}' not found${why}`, {
    details: { resource: 'template' },
    cause,
  });
}
