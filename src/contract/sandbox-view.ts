import { z } from '@hono/zod-openapi';
import { lifetimeSchema } from './lifetime.ts';
import { orNull } from './or-null.ts';
import { sandboxExample } from './sandbox-example.ts';
import { networkSchema, resourcesSchema } from './sandbox-fields.ts';
import { sandboxStateSchema } from './sandbox-state.ts';

/** An instant: ISO 8601, UTC, milliseconds. */
export const instantSchema = z.iso.datetime({ precision: 3 }).openapi({ example: '2026-08-01T12:00:00.000Z' });
const maybeInstantSchema = instantSchema.nullable();

export const reasonCodes = [
  'requested',
  'expired',
  'idle',
  'exited',
  'crashed',
  'oom_killed',
  'disk_full',
  'start_failed',
  'name_conflict',
  'engine_lost',
  'container_lost',
] as const;

/** Why it left its live state; what the engine did not say is left out. */
const reasonSchema = z
  .object({
    code: z.enum(reasonCodes),
    message: z.string(),
    exitCode: z.number().int().optional(),
    signal: z.string().optional(),
    oomKilled: z.boolean().optional(),
    logTail: z.string().optional().openapi({ description: 'The last 4 KiB of its log.' }),
  })
  .openapi('Reason');

const deadlinesSchema = z.object({
  stopAt: maybeInstantSchema,
  idleStopAt: maybeInstantSchema.openapi({ description: 'A lower bound: activity moves it on.' }),
  deleteAt: maybeInstantSchema,
  next: z
    .object({ action: z.enum(['stop', 'pause', 'delete', 'purge']), at: instantSchema })
    .nullable()
    .openapi({ description: 'What the service will do by itself, and when; null = only a call can move it.' }),
});

const startSchema = z.object({
  path: z.enum(['warm', 'cold', 'restart', 'reuse']),
  durationMs: z.number(),
  stages: z.record(z.string(), z.number()).openapi({
    type: 'object',
    additionalProperties: { type: 'number' },
    description: 'Stage -> milliseconds.',
  }),
});

const urlsSchema = z.object({
  agent: z.string().nullable().openapi({ description: 'null while no agent runs in it.' }),
  port: z.string().nullable().openapi({ description: 'Put a port for {port}; null without SANDGLASS_DOMAIN.' }),
  path: z.string().openapi({ description: 'Put a port for {port}.' }),
});

export const sandboxViewSchema = z
  .object({
    id: z.string(),
    tenant: z.string().nullable(),
    state: sandboxStateSchema,
    reason: orNull(reasonSchema),
    template: z.string().nullable(),
    image: z.string(),
    imageDigest: z.string().nullable(),
    labels: z.record(z.string(), z.string()),
    envNames: z
      .array(z.string())
      .nullable()
      .openapi({ description: 'Values are never shown; null = what it was started with is no longer readable.' }),
    resources: resourcesSchema,
    runtime: z.string(),
    network: networkSchema,
    lifetime: lifetimeSchema,
    deadlines: deadlinesSchema,
    createdAt: instantSchema,
    startedAt: maybeInstantSchema,
    stoppedAt: maybeInstantSchema,
    pausedAt: maybeInstantSchema,
    deletedAt: maybeInstantSchema,
    lastActivityAt: maybeInstantSchema,
    incarnation: z.number().int().openapi({ description: 'Raised by each restart.' }),
    version: z.number().int().openapi({ description: 'Raised by each transition and PATCH.' }),
    engine: z.string(),
    start: startSchema.nullable(),
    urls: urlsSchema,
  })
  .openapi('Sandbox', { example: sandboxExample });

export type SandboxView = z.infer<typeof sandboxViewSchema>;
