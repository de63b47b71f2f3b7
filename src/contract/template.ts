import { z } from '@hono/zod-openapi';
import {
  envSchema,
  imageSchema,
  resourcesWishSchema,
  templateNameSchema,
  userSchema,
  workdirSchema,
} from './sandbox-fields.ts';

export const templateBodySchema = z
  .strictObject({
    name: templateNameSchema,
    image: imageSchema,
    resources: resourcesWishSchema.default({}),
    user: userSchema.nullable().default(null),
    workdir: workdirSchema.nullable().default(null),
    sudo: z.boolean().default(false).openapi({ description: 'Whether programs inside may gain privileges by sudo.' }),
    env: envSchema.default({}),
    memoryBudgetMb: z.number().positive().nullable().default(null),
    floor: z.number().int().min(0).max(1000).default(0).openapi({ description: 'Warm containers kept ready.' }),
  })
  .openapi('NewTemplate', { example: { name: 'python', image: 'python:3.12-slim' } });

export const templatePathSchema = z.strictObject({ name: templateNameSchema });

const templateExample = {
  ...{ name: 'base', image: 'sandglass-base:latest', resources: { cpus: 1, memoryMb: 512 }, user: 'user' },
  ...{ workdir: '/home/user', sudo: true, envNames: ['LANG'], memoryBudgetMb: null, floor: 4, source: 'builtin' },
};

export const templateViewSchema = z
  .object({
    name: z.string(),
    image: z.string(),
    resources: resourcesWishSchema,
    user: z.string().nullable(),
    workdir: z.string().nullable(),
    sudo: z.boolean(),
    envNames: z.array(z.string()),
    memoryBudgetMb: z.number().nullable(),
    floor: z.number().int(),
    source: z.enum(['builtin', 'file', 'api']).openapi({ description: 'Only those of the API can be deleted there.' }),
  })
  .openapi('Template', { example: templateExample });

export const templateListSchema = z
  .object({ items: z.array(templateViewSchema) })
  .openapi('TemplateList', { example: { items: [templateExample] } });

export type TemplateView = z.infer<typeof templateViewSchema>;
