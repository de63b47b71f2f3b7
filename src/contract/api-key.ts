import { z } from '@hono/zod-openapi';
import { instantSchema } from './sandbox-view.ts';

const quota = {
  sandboxes: z.number().int().min(0).nullable(),
  cpus: z.number().min(0).nullable(),
  memoryMb: z.number().int().min(0).nullable(),
};

const nameSchema = z
  .string()
  .regex(/^[^\p{Cc}]{1,63}$/u, 'must be 1 to 63 characters without control characters')
  .openapi({ pattern: '^[^\\p{Cc}]{1,63}$' });

export const tenantSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be 1 to 63 letters, digits, dot, underscore or dash')
  .openapi({ example: 'acme' });

export const keyBodySchema = z
  .strictObject({
    tenant: tenantSchema,
    role: z.enum(['user', 'admin']).default('user'),
    name: nameSchema.default('unnamed'),
    expiresAt: z.iso.datetime({ offset: true }).nullable().default(null).openapi({ description: 'null = never.' }),
    quota: z
      .strictObject({
        sandboxes: quota.sandboxes.default(null),
        cpus: quota.cpus.default(null),
        memoryMb: quota.memoryMb.default(null),
      })
      .default({ sandboxes: null, cpus: null, memoryMb: null })
      .openapi({ description: 'What its tenant may hold at once through this key; null = no bound.' }),
  })
  .openapi('NewKey', { example: { tenant: 'acme', role: 'user', name: 'ci', quota: { sandboxes: 20 } } });

export const keyPathSchema = z.strictObject({
  id: z
    .string()
    .regex(/^key_[0-9a-f]{1,64}$/, 'must be the id of a key, key_...')
    .openapi({ example: 'key_0f1e2d3c4b5a6978' }),
});

const keyExample = {
  ...{ id: 'key_0f1e2d3c4b5a6978', tenant: 'acme', role: 'user', name: 'ci' },
  quota: { sandboxes: 20, cpus: null, memoryMb: null },
  ...{ createdAt: '2026-08-01T12:00:00.000Z', expiresAt: null, revokedAt: null },
};

export const keyViewSchema = z
  .object({
    id: z.string(),
    tenant: z.string(),
    role: z.enum(['user', 'admin']),
    name: z.string(),
    quota: z.object(quota),
    createdAt: instantSchema,
    expiresAt: instantSchema.nullable(),
    revokedAt: instantSchema.nullable(),
  })
  .openapi('ApiKey', { example: keyExample });

/** `key` is the secret: it is told here and never again. */
export const newKeyViewSchema = keyViewSchema
  .extend({ key: z.string() })
  .openapi('NewApiKey', { example: { ...keyExample, key: `e2b_${'0123456789'.repeat(4)}` } });

export const keyListSchema = z
  .object({ items: z.array(keyViewSchema) })
  .openapi('ApiKeyList', { example: { items: [keyExample] } });

export type KeyView = z.infer<typeof keyViewSchema>;
