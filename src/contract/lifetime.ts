import { z } from '@hono/zod-openapi';

export const timeoutActions = ['stop', 'pause', 'delete'] as const;

const spans = {
  timeoutSeconds: z.number().positive().nullable().openapi({
    description: 'From the start of each run until onTimeout; null = no timeout.',
    example: 300,
  }),
  idleSeconds: z.number().positive().nullable().openapi({
    description: 'Without activity until onTimeout; null = no idle timeout.',
  }),
  onTimeout: z.enum(timeoutActions),
  autoDeleteSeconds: z.number().min(0).nullable().openapi({
    description: "From the stop until the sandbox is deleted; null = the installation's default, 0 = at once.",
  }),
};

/** Each may be left out. */
export const lifetimeWishSchema = z
  .strictObject(spans)
  .partial()
  .openapi({ example: { timeoutSeconds: 600, onTimeout: 'stop' } });

export const lifetimeSchema = z.object(spans);
