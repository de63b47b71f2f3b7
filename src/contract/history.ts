import { z } from '@hono/zod-openapi';
import { orNull } from './or-null.ts';
import { nextCursorSchema, pageFields } from './paging.ts';
import { transitionExample } from './sandbox-example.ts';
import { sandboxStateSchema } from './sandbox-state.ts';
import { instantSchema, reasonCodes } from './sandbox-view.ts';

export const historyQuerySchema = z.strictObject(pageFields);

/** One transition. */
export const historyItemSchema = z
  .object({
    number: z.number().int().openapi({ description: '1, 2, 3 ... per sandbox, without gaps.' }),
    seq: z.number().int().openapi({ description: 'Grows over all sandboxes; the id of the event in streams.' }),
    from: orNull(sandboxStateSchema),
    to: sandboxStateSchema,
    event: z.string(),
    reason: z.enum(reasonCodes).optional(),
    actor: z.string().openapi({ description: "An API key's id, or system." }),
    incarnation: z.number().int(),
    at: instantSchema,
  })
  .openapi('Transition', { example: transitionExample });

export const historyPageSchema = z
  .object({ items: z.array(historyItemSchema), nextCursor: nextCursorSchema })
  .openapi('HistoryPage', { example: { items: [transitionExample], nextCursor: null } });

export type HistoryItem = z.infer<typeof historyItemSchema>;
