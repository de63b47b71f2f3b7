import { z } from '@hono/zod-openapi';
import { nextCursorSchema, pageFields } from './paging.ts';
import { sandboxExample } from './sandbox-example.ts';
import { labelNameSchema, labelValueSchema, templateNameSchema } from './sandbox-fields.ts';
import { stateListSchema } from './sandbox-state.ts';
import { sandboxViewSchema } from './sandbox-view.ts';
import { querySecondsSchema } from './waiting.ts';

export const getQuerySchema = z
  .strictObject({
    wait: stateListSchema.optional().openapi({
      description: 'Long poll: answers when the sandbox is in one of these states, or as it is when the time is over.',
    }),
    timeoutSeconds: querySecondsSchema(60).optional(),
  })
  .refine(({ wait, timeoutSeconds }) => timeoutSeconds === undefined || wait !== undefined, {
    path: ['timeoutSeconds'],
    error: 'means something only together with wait',
  });

const labelFilterSchema = z
  .string()
  .regex(/:/, 'must be name:value')
  .transform((text) => ({ name: text.slice(0, text.indexOf(':')), value: text.slice(text.indexOf(':') + 1) }))
  .pipe(z.object({ name: labelNameSchema, value: labelValueSchema }));

export const listQuerySchema = z.strictObject({
  state: stateListSchema.optional(),
  label: z
    .union([labelFilterSchema.transform((one) => [one]), z.array(labelFilterSchema)])
    .refine((asked) => new Set(asked.map(({ name }) => name)).size === asked.length, 'asks twice for one name')
    .transform((asked) => Object.fromEntries(asked.map(({ name, value }) => [name, value])))
    .optional()
    .openapi({
      type: 'array',
      items: { type: 'string' },
      example: ['project:demo'],
      description: 'name:value; may be repeated, and then all must hold.',
    }),
  template: templateNameSchema.optional(),
  tenant: z
    .string()
    .min(1)
    .max(63)
    .optional()
    .openapi({ description: 'For role admin: only this tenant.', example: 'acme' }),
  order: z.enum(['asc', 'desc']).default('desc').openapi({ description: 'By creation; desc = newest first.' }),
  ...pageFields,
});

export const listPageSchema = z
  .object({ items: z.array(sandboxViewSchema), nextCursor: nextCursorSchema })
  .openapi('SandboxPage', { example: { items: [sandboxExample], nextCursor: null } });
