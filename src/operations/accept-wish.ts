import { SandboxError } from '../domain/errors.ts';
import { checkLimits } from '../domain/limits.ts';
import { type NormalisedStart, normaliseStart, type StartWish } from '../domain/spec.ts';
import type { Template } from '../domain/template.ts';
import type { Caller } from './caller.ts';
import { requireCapability, requireRuntime } from './capability.ts';
import type { OperationDeps } from './deps.ts';

/** A start with every default filled in, within the limits and allowed to the caller. Asks no engine. */
export function acceptWish(deps: OperationDeps, caller: Caller, wish: StartWish): NormalisedStart {
  const template = wish.image === undefined ? findTemplate(deps, wish.template ?? 'base') : null;
  if (wish.image !== undefined) requireAllowedImage(deps, caller, wish.image);
  const start = normaliseStart(wish, template, deps.startDefaults);
  checkLimits({ ...start, env: start.spec.env }, deps.limits);
  return start;
}

/** Refuses a start that the engine cannot make now. A slot is there already: only what it will be asked is looked at. */
export async function requireEngineFor(deps: OperationDeps, start: NormalisedStart, hasSlot: boolean): Promise<void> {
  if (!hasSlot) {
    await deps.reconciler.requireEngine();
    await requireRuntime(deps, start.runtime);
  }
  if (start.lifetime.onTimeout === 'pause') await requireCapability(deps, start.runtime, 'pause');
}

function findTemplate(deps: OperationDeps, name: string): Template {
  const template = deps.templates.find(name);
  if (template !== undefined) return template;
  throw new SandboxError('not_found', `There is no template "${name}".`, {
    hint: 'GET /v1/templates lists them.',
    details: { resource: 'template' },
  });
}

/** Administrators start anything, others the images of templates and those that SANDGLASS_IMAGES allows. */
export function mayStartImage(
  { allowedImages, templates }: Pick<OperationDeps, 'allowedImages' | 'templates'>,
  { role }: Pick<Caller, 'role'>,
  image: string,
): boolean {
  if (role === 'admin' || templates.list().some((template) => template.image === image)) return true;
  return allowedImages.some((pattern) => matches(pattern, image));
}

function requireAllowedImage(deps: OperationDeps, caller: Caller, image: string): void {
  if (mayStartImage(deps, caller, image)) return;
  throw new SandboxError('forbidden', `The image "${image}" may not be started with this key.`, {
    hint: 'Use a template, or ask an administrator to allow the image (SANDGLASS_IMAGES).',
  });
}

function matches(pattern: string, image: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(image);
}
