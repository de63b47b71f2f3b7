import { z } from 'zod';
import { SandboxError } from '../../domain/errors.ts';
import { isImageName } from '../image-reference.ts';
import type { EngineContext } from './engine-context.ts';
import { refusal, understood } from './refusals.ts';

const imageSchema = z.object({
  Id: z.string(),
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish(), User: z.string().nullish() }).nullish(),
});

export interface ImageFacts {
  /** `sha256:...` */
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Its USER; empty when it names none. */
  readonly user: string;
}

/** By name, digest or id; undefined when the engine has none of it, or it is no name. */
export async function inspectImage(context: EngineContext, image: string): Promise<ImageFacts | undefined> {
  if (!isImageName(image)) return undefined;
  const answer = await context.calls.ask({
    name: 'image.inspect',
    method: 'GET',
    path: imagePath(image, '/json'),
    deadlineMs: context.deadlines.read,
  });
  if (answer.status === 404 || answer.status === 400) return undefined;
  if (answer.status !== 200) throw refusal(answer, `look at the image "${image}"`);
  const facts = understood(imageSchema, answer, 'an image');
  return { id: facts.Id, labels: facts.Config?.Labels ?? {}, user: facts.Config?.User ?? '' };
}

/** Tags the image `sandglass-keep/<template>:<start of its id>`: `docker image prune` leaves it. Safe to repeat. */
export async function keepImage(context: EngineContext, templateName: string, image: string): Promise<void> {
  const facts = await inspectImage(context, image);
  if (facts === undefined) {
    throw new SandboxError('not_found', `The engine has no image "${image}" to keep.`, {
      details: { resource: 'image' },
    });
  }
  const answer = await context.calls.ask({
    name: 'image.tag',
    method: 'POST',
    path: imagePath(facts.id, '/tag'),
    query: { repo: `sandglass-keep/${templateName}`, tag: facts.id.replace(/^sha256:/, '').slice(0, 12) },
    deadlineMs: context.deadlines.update,
  });
  if (answer.status >= 400) throw refusal(answer, `keep the image "${image}"`);
}

// Slashes, colons and at signs of a name stand for themselves in the engine's paths.
function imagePath(image: string, suffix: string): string {
  return `/images/${image}${suffix}`;
}
