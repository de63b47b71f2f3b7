import { z } from 'zod';

/** Two of a name ask for the impossible, and no sandbox fits. */
export type MetadataFilter = readonly (readonly [name: string, value: string])[];

const BAD_ENCODING = 'must be name=value pairs joined by &, each name and value percent-encoded twice';

/** The SDKs encode names and values twice, beyond what the query itself is encoded. */
const metadataFilterSchema = z
  .string()
  .max(65_536)
  .transform((text, context): MetadataFilter => {
    const pairs = text.split('&').filter((pair) => pair !== '');
    const decoded = pairs.map((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [decodedTwice(name), decodedTwice(value)] as const;
    });
    const read = decoded.flatMap(([name, value]) =>
      name === undefined || value === undefined ? [] : [[name, value] as const],
    );
    if (read.length !== decoded.length) context.addIssue({ code: 'custom', message: BAD_ENCODING });
    return read;
  });

function decodedTwice(text: string): string | undefined {
  try {
    return decodeURIComponent(decodeURIComponent(text));
  } catch {
    return undefined;
  }
}

/** `running,paused`, or the parameter more than once. */
const statesSchema = z
  .union([z.string(), z.array(z.string())])
  .transform((given) => (typeof given === 'string' ? [given] : given).flatMap((one) => one.split(',')))
  .pipe(z.array(z.enum(['running', 'paused'], { error: 'must be running, paused or both' })));

/** Once-only: a repeated parameter would be a list. */
const once = z.string({ error: 'must be given once' });

/** GET /sandboxes: what runs, all of it. */
export const e2bRunningQuerySchema = z.object({ metadata: metadataFilterSchema.optional() });

/** GET /v2/sandboxes. */
export const e2bListQuerySchema = z.object({
  metadata: metadataFilterSchema.optional(),
  state: statesSchema.optional(),
  startedAfter: once
    .pipe(z.iso.datetime({ offset: true, error: 'must be an instant, such as 2026-08-01T12:00:00Z' }))
    .transform((text) => Date.parse(text))
    .optional(),
  template: once.max(255).optional(),
  order: z.enum(['asc', 'desc']).default('desc'),
  limit: once
    .regex(/^\d{1,4}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(1).max(1_000))
    .default(100),
  nextToken: once.max(512).optional(),
});
