import { z } from 'zod';
import { sandboxIdSchema } from './sandbox-fields.ts';

const NAME_MAX = 256;
const VALUE_MAX = 4096;
const noNul = (text: string) => !text.includes('\u0000');

/** E2B's clients say null for what they leave out. */
export function maybe<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

export const e2bPathSchema = z.object({ sandboxID: sandboxIdSchema });

/** Seconds from now. */
export const e2bTimeoutSchema = z.number({ error: 'must be a number of seconds' }).positive('must be more than 0');

/** Any text for a name: E2B does not bound what names consist of. */
export const metadataSchema = z.record(
  z.string().max(NAME_MAX, `must be at most ${NAME_MAX} characters`).refine(noNul, 'must not contain NUL'),
  z.string().max(VALUE_MAX, `must be at most ${VALUE_MAX} characters`).refine(noNul, 'must not contain NUL'),
);

export const envVarsSchema = z.record(
  z
    .string()
    .regex(/^[^=]{1,256}$/, 'must be 1 to 256 characters, without =')
    .refine(noNul, 'must not contain NUL'),
  z.string().refine(noNul, 'must not contain NUL'),
);
