import { z } from 'zod';
import { SandboxError } from '../../domain/errors.ts';
import { isImageName } from '../image-reference.ts';
import type { EngineContext } from './engine-context.ts';
import { refusal, understood } from './refusals.ts';

const tags = z
  .array(z.string())
  .nullish()
  .transform((given) => given ?? []);
const imageSchema = z.object({
  Id: z.string(),
  RepoTags: tags,
  Config: z.object({ Labels: z.record(z.string(), z.string()).nullish(), User: z.string().nullish() }).nullish(),
});

const imageListSchema = z.array(z.object({ RepoTags: tags }));

export interface ImageFacts {
  /** `sha256:...` */
  readonly id: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Its USER; empty when it names none. */
  readonly user: string;
  /** `name:tag` */
  readonly tags: readonly string[];
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
  return { id: facts.Id, labels: facts.Config?.Labels ?? {}, user: facts.Config?.User ?? '', tags: facts.RepoTags };
}

/**
 * Tags the image `sandglass-keep/<template>:<start of its id>`: `docker image prune` leaves it. What was kept for the
 * template before is let go, unless the engine refuses that: then it stays until the template is removed or changes
 * again. Safe to repeat.
 */
export async function keepImage(context: EngineContext, templateName: string, image: string): Promise<void> {
  const facts = await inspectImage(context, image);
  if (facts === undefined) {
    throw new SandboxError('not_found', `The engine has no image "${image}" to keep.`, {
      details: { resource: 'image' },
    });
  }
  const repo = repositoryOf(templateName);
  const tag = facts.id.replace(/^sha256:/, '').slice(0, 12);
  if (facts.tags.includes(`${repo}:${tag}`)) return;
  const answer = await context.calls.ask({
    name: 'image.tag',
    method: 'POST',
    path: imagePath(facts.id, '/tag'),
    query: { repo, tag },
    deadlineMs: context.deadlines.update,
  });
  if (answer.status >= 400) throw refusal(answer, `keep the image "${image}"`);
  // The image is kept: an older one that is kept too is no reason to refuse its template.
  await releaseImages(context, templateName, `${repo}:${tag}`).catch(() => undefined);
}

/**
 * Takes our tags of the template away, but for `kept`. Where a tag was the last name of an image, the image goes too,
 * unless a container is made of it.
 */
export async function releaseImages(context: EngineContext, templateName: string, kept?: string): Promise<void> {
  const repo = repositoryOf(templateName);
  const listed = await context.calls.ask({
    name: 'image.list',
    method: 'GET',
    path: '/images/json',
    query: { filters: JSON.stringify({ reference: [repo] }) },
    deadlineMs: context.deadlines.read,
  });
  if (listed.status !== 200) throw refusal(listed, `list the images of the template "${templateName}"`);
  const names = understood(imageListSchema, listed, 'images').flatMap((image) => image.RepoTags);
  for (const name of names.filter((one) => one.startsWith(`${repo}:`) && one !== kept)) {
    const answer = await context.calls.ask({
      name: 'image.untag',
      method: 'DELETE',
      path: imagePath(name, ''),
      deadlineMs: context.deadlines.remove,
    });
    // 404: somebody else was first; 409: a container is made of it, and it has no other name.
    const isDone = answer.status < 400 || answer.status === 404 || answer.status === 409;
    if (!isDone) throw refusal(answer, `let go of the image "${name}"`);
  }
}

function repositoryOf(templateName: string): string {
  return `sandglass-keep/${templateName}`;
}

// Slashes, colons and at signs of a name stand for themselves in the engine's paths.
function imagePath(image: string, suffix: string): string {
  return `/images/${image}${suffix}`;
}
