import { z } from '@hono/zod-openapi';

/** A schema with a name of its own, or null. `.nullable()` of one is documented as both at once, which nothing is. */
export function orNull<T extends z.ZodType>(schema: T): z.ZodUnion<[T, z.ZodNull]> {
  return z.union([schema, z.null()]);
}
