import { z } from '@hono/zod-openapi';
import { lifetimeWishSchema } from './lifetime.ts';
import { labelNameSchema, labelValueSchema, resourcesWishSchema } from './sandbox-fields.ts';

export const patchBodySchema = z
  .strictObject({
    lifetime: lifetimeWishSchema.optional(),
    labels: z
      .record(labelNameSchema, labelValueSchema.nullable())
      .optional()
      .openapi({
        type: 'object',
        additionalProperties: { type: ['string', 'null'] },
        description: 'Merged into those it has; null removes one.',
      }),
    resources: resourcesWishSchema.optional(),
  })
  .openapi('PatchSandbox', { example: { lifetime: { timeoutSeconds: 900 }, labels: { project: null } } });
