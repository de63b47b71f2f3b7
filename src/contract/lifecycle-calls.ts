import { z } from '@hono/zod-openapi';
import { lifetimeWishSchema } from './lifetime.ts';
import { trueOrFalseSchema, waitingFields, waitingQueryFields } from './waiting.ts';

export const stopBodySchema = z
  .strictObject({
    graceSeconds: z.number().min(0).max(300).optional().openapi({
      description: 'From SIGTERM to SIGKILL; 10 when left out.',
    }),
    ...waitingFields,
  })
  .openapi('StopSandbox', { example: { graceSeconds: 10 } });

export const restartBodySchema = z
  .strictObject({ lifetime: lifetimeWishSchema.optional(), ...waitingFields })
  .openapi('RestartSandbox', { example: { lifetime: { timeoutSeconds: 600 } } });

export const pauseBodySchema = z.strictObject(waitingFields).openapi('PauseSandbox', { example: {} });

export const resumeBodySchema = z
  .strictObject({
    lifetime: lifetimeWishSchema.pick({ timeoutSeconds: true }).optional().openapi({
      description: 'A new timeout from now; what was left of the old one when left out.',
    }),
    ...waitingFields,
  })
  .openapi('ResumeSandbox', { example: {} });

export const deleteQuerySchema = z.strictObject({
  force: trueOrFalseSchema.optional().openapi({ description: 'true = stop it first when it lives.' }),
  ...waitingQueryFields,
});
