import { z } from '@hono/zod-openapi';
import { networkSchema } from './sandbox-fields.ts';

const signatureSchema = z.string().openapi({
  description: 'The first 8 characters of the SHA-256 of what cannot be changed in a container once it is made.',
  example: '3f9a1c07',
});
const tierSchema = z.enum(['permanent', 'hot', 'cold']).openapi({
  description: '`permanent`: a floor of the configuration. `hot`: used often of late. `cold`: made on demand.',
});
const countSchema = z.number().int();

const signatureViewSchema = z
  .object({
    signature: signatureSchema,
    tier: tierSchema,
    template: z.string().nullable(),
    image: z.string(),
    runtime: z.string(),
    network: networkSchema,
    target: countSchema.openapi({ description: 'How many warm containers it should have.' }),
    ready: countSchema,
    inStart: countSchema.openapi({ description: 'Starts of warm containers under way.' }),
    hits: countSchema,
    misses: countSchema,
    discards: countSchema.openapi({ description: 'Warm containers that did not take their sandbox over.' }),
    hitRate: z.number().nullable().openapi({ description: '0 to 1; null before the first claim.' }),
    claimMs: z
      .object({ p50: z.number(), p99: z.number() })
      .nullable()
      .openapi({ description: 'Of the last 200 hits, milliseconds; null before the first.' }),
    oldestReadySeconds: z.number().nullable(),
  })
  .openapi('PoolSignature');

/** GET /v1/pool. */
export const poolViewSchema = z
  .object({
    on: z.boolean().openapi({ description: 'Whether the configuration has any floor.' }),
    items: z.array(signatureViewSchema).openapi({ description: 'One for each signature that is used.' }),
  })
  .openapi('Pool', {
    example: {
      on: true,
      items: [
        {
          ...{ signature: '3f9a1c07', tier: 'permanent', template: 'base', image: 'sandglass-base:latest' },
          ...{ runtime: 'runc', network: { internet: true }, target: 4, ready: 3, inStart: 1 },
          ...{ hits: 128, misses: 2, discards: 0, hitRate: 0.985 },
          ...{ claimMs: { p50: 7.4, p99: 21.6 }, oldestReadySeconds: 312.5 },
        },
      ],
    },
  });

/** POST /v1/pool/signature: by what a start finds its warm container. */
export const startSignatureSchema = z
  .object({
    signature: signatureSchema,
    template: z.string().nullable(),
    image: z.string(),
    imageDigest: z.string(),
    runtime: z.string(),
    network: networkSchema,
    sudo: z.boolean().openapi({ description: 'Whether programs inside may gain privileges; by the template.' }),
    diskMb: z.number().nullable(),
    agentVersion: z.string().nullable(),
  })
  .openapi('StartSignature', {
    example: {
      ...{ signature: '3f9a1c07', template: 'base', image: 'sandglass-base:latest' },
      imageDigest: 'sha256:0d4c8b0f6a3a4a0f3f8b0d2c1e7f9a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f',
      ...{ runtime: 'runc', network: { internet: true }, sudo: true, diskMb: null, agentVersion: '2c1f9b7e' },
    },
  });

/** The data of `pool.*` on the event stream of an administrator; the name of the event says what happened. */
export const poolEventSchema = z
  .strictObject({
    signature: signatureSchema.nullable(),
    tier: tierSchema,
    why: z.string().optional().openapi({ description: 'Of reaped: idle, age or pressure; of evicted: room.' }),
    durationMs: z.number().optional().openapi({ description: 'Of claims.' }),
  })
  .openapi('PoolEvent', { example: { signature: '3f9a1c07', tier: 'permanent', durationMs: 7.4 } });

export type PoolView = z.infer<typeof poolViewSchema>;
export type PoolSignatureView = z.infer<typeof signatureViewSchema>;
export type StartSignature = z.infer<typeof startSignatureSchema>;
export type PoolEventData = z.infer<typeof poolEventSchema>;
