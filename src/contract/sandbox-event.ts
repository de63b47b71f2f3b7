import { z } from '@hono/zod-openapi';
import { historyItemSchema } from './history.ts';
import { orNull } from './or-null.ts';
import { sandboxExample, transitionExample } from './sandbox-example.ts';
import { sandboxViewSchema } from './sandbox-view.ts';

/** How far the image is on its way to the engine: bytes of all layers, downloaded ones until `extracting`. */
const pullSchema = z.object({
  phase: z.enum(['resolving', 'downloading', 'extracting', 'done']),
  currentBytes: z.int().nonnegative(),
  totalBytes: z.int().nonnegative().openapi({ description: 'As far as it is known; 0 = not yet' }),
});

/**
 * The data of one server-sent event: the sandbox as right after the transition, or as it is now where that is too long
 * ago; only `id` and `state` of one that was purged. A notice has no transition:
 * `sandbox.oom`, and `sandbox.pulling` at most twice a second and at each new phase while its start waits for its image.
 */
export const sandboxEventSchema = z
  .union([
    sandboxViewSchema.extend({ transition: orNull(historyItemSchema), pull: pullSchema.optional() }),
    z.object({ id: z.string(), state: z.literal('deleted'), transition: historyItemSchema }),
  ])
  .openapi('SandboxEvent', { example: { ...sandboxExample, transition: transitionExample } });

export const lastEventIdSchema = z
  .string()
  .regex(/^\d{1,15}$/, 'must be the id of an event')
  .openapi({ example: '4711' });

export type SandboxEventData = z.infer<typeof sandboxEventSchema>;
