import { z } from '@hono/zod-openapi';
import { historyItemSchema } from './history.ts';
import { orNull } from './or-null.ts';
import { sandboxExample, transitionExample } from './sandbox-example.ts';
import { sandboxViewSchema } from './sandbox-view.ts';

/**
 * The data of one server-sent event: the sandbox as right after the transition, or as it is now where that is too long
 * ago; only `id` and `state` of one that was purged. A notice has no transition.
 */
export const sandboxEventSchema = z
  .union([
    sandboxViewSchema.extend({ transition: orNull(historyItemSchema) }),
    z.object({ id: z.string(), state: z.literal('deleted'), transition: historyItemSchema }),
  ])
  .openapi('SandboxEvent', { example: { ...sandboxExample, transition: transitionExample } });

export const lastEventIdSchema = z
  .string()
  .regex(/^\d{1,15}$/, 'must be the id of an event')
  .openapi({ example: '4711' });

export type SandboxEventData = z.infer<typeof sandboxEventSchema>;
