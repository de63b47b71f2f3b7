import { errorMessage } from '../domain/errors.ts';
import type { Log } from '../observe/logger.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';

/** Which content an image's name leads to, without asking the engine. */
export interface ImageDigests {
  /** As last seen; undefined while it was never. */
  known(image: string): string | undefined;
  /** What a container that was just made of it said. */
  learn(image: string, digest: string): void;
  /** Asks the engine; undefined when it has no such image, the one seen last when it does not answer. */
  look(image: string): Promise<string | undefined>;
}

/** Names that are remembered; those not seen for longest are forgotten first. */
const MOST_REMEMBERED = 1_000;

export function imageDigests(
  { runtime, log }: { readonly runtime: Pick<ContainerRuntime, 'findImage'>; readonly log: Log },
  onMoved: (image: string) => void,
): ImageDigests {
  const digests = new Map<string, string>();
  const learn = (image: string, digest: string) => {
    const before = digests.get(image);
    digests.delete(image);
    digests.set(image, digest);
    if (before !== undefined && before !== digest) onMoved(image);
    const [oldest] = digests.keys();
    if (digests.size > MOST_REMEMBERED && oldest !== undefined) digests.delete(oldest);
  };
  return {
    known: (image) => digests.get(image),
    learn,
    async look(image) {
      try {
        const digest = await runtime.findImage(image);
        if (digest !== undefined) learn(image, digest);
        return digest;
      } catch (error) {
        log.debug({ event: 'pool.image_unknown', image, error: errorMessage(error) }, 'the engine did not say');
        return digests.get(image);
      }
    },
  };
}
