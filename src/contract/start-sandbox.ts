import { z } from '@hono/zod-openapi';
import { lifetimeWishSchema } from './lifetime.ts';
import {
  commandSchema,
  envSchema,
  imageSchema,
  labelsSchema,
  resourcesWishSchema,
  runtimeSchema,
  sandboxIdSchema,
  templateNameSchema,
  userSchema,
  workdirSchema,
} from './sandbox-fields.ts';
import { waitingFields } from './waiting.ts';

/** POST /v1/sandboxes: everything may be left out. */
export const startBodySchema = z
  .strictObject({
    id: sandboxIdSchema.optional(),
    template: templateNameSchema.optional(),
    image: imageSchema.optional(),
    env: envSchema.optional(),
    labels: labelsSchema.optional(),
    user: userSchema.optional(),
    workdir: workdirSchema.optional(),
    command: commandSchema.optional().openapi({
      description: 'The main process: its exit ends the sandbox. Without it the sandbox idles.',
    }),
    resources: resourcesWishSchema.optional(),
    runtime: runtimeSchema.optional(),
    network: z.strictObject({ internet: z.boolean().optional() }).optional(),
    lifetime: lifetimeWishSchema.optional(),
    mounts: z
      .unknown()
      .refine((value) => value === undefined, 'volumes do not exist yet: leave it out')
      .optional()
      .openapi({ type: 'array', items: {}, description: 'Volumes do not exist yet: answers 400.' }),
    reuseKey: z.string().min(1).max(255).optional().openapi({
      description: 'Find or start: answers 200 with your sandbox of this key, resumed or restarted where it has to be.',
    }),
    ...waitingFields,
  })
  .refine(({ template, image }) => template === undefined || image === undefined, {
    path: ['image'],
    error: 'cannot be given together with template',
  })
  .openapi('StartSandbox', {
    example: { template: 'base', labels: { project: 'demo' }, lifetime: { timeoutSeconds: 600 } },
  });

export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 printable characters of ASCII')
  .openapi({ example: 'order-4711' });
