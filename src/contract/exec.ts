import { z } from '@hono/zod-openapi';
import { envSchema, sandboxIdSchema, userSchema } from './sandbox-fields.ts';
import { instantSchema } from './sandbox-view.ts';
import { trueOrFalseSchema } from './waiting.ts';

const NUL = '\u0000';
const withoutNul = (text: string) => !text.includes(NUL);
const textSchema = z.string().refine(withoutNul, { error: 'must not contain NUL' });
const USUAL_SECONDS = 60;
const MOST_SECONDS = 2_592_000;

const commandLineSchema = textSchema.min(1, 'must not be empty').openapi({ example: 'ls -l' });
const argvSchema = z
  .array(textSchema)
  .min(1, 'must name a program')
  .openapi({ example: ['ls', '-l'] });

export const execIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, dot, underscore or dash')
  .openapi({ example: 'x7k2m9' });

export const execBodySchema = z
  .strictObject({
    command: z.union([commandLineSchema, argvSchema]).openapi({
      description: 'A text runs in a login shell (bash -lc; sh where there is no bash), a list as it is.',
    }),
    cwd: textSchema.min(1).max(4096).optional(),
    env: envSchema.optional(),
    user: userSchema.optional(),
    stdin: z.string().optional().openapi({ description: 'What the command reads; nothing when left out.' }),
    timeoutSeconds: z
      .number()
      .positive()
      .max(MOST_SECONDS)
      .nullable()
      .default(USUAL_SECONDS)
      .openapi({ description: 'Then all of its process group is killed; null = no limit.' }),
    execId: execIdSchema.optional().openapi({ description: 'A name to find it again; chosen when left out.' }),
  })
  .openapi('ExecBody', { example: { command: 'echo hello from $(whoami)', timeoutSeconds: 60 } });

export const execPathSchema = z.strictObject({ id: sandboxIdSchema, execId: execIdSchema });

export const execFollowQuerySchema = z.strictObject({
  after: z
    .string()
    .regex(/^\d{1,15}$/, 'must be the seq of a line')
    .transform(Number)
    .optional()
    .openapi({ type: 'integer', description: 'Lines after this seq; all that are kept when left out.', example: 4 }),
  follow: trueOrFalseSchema.default(true).openapi({ description: 'false = what is there now, then the answer ends.' }),
});

export const execResultSchema = z
  .object({
    execId: z.string(),
    exitCode: z.number().int().openapi({ description: '128 and the number of the signal for one that was killed.' }),
    signal: z.string().nullable(),
    stdout: z.string(),
    stderr: z.string(),
    timedOut: z.boolean(),
    truncated: z.object({ stdout: z.boolean(), stderr: z.boolean() }),
    durationMs: z.number(),
  })
  .openapi('ExecResult', {
    example: {
      ...{ execId: 'x7k2m9', exitCode: 0, signal: null, stdout: 'hello from user\n', stderr: '' },
      ...{ timedOut: false, truncated: { stdout: false, stderr: false }, durationMs: 3.8 },
    },
  });

const lineSchema = z.object({ seq: z.number().int() });
const endedSchema = execResultSchema.pick({ exitCode: true, signal: true, timedOut: true, durationMs: true });

/** A line of the streamed form. */
export const execEventSchema = z
  .union([
    lineSchema.extend({ type: z.literal('start'), execId: z.string(), pid: z.number().int() }),
    lineSchema.extend({ type: z.enum(['stdout', 'stderr']), data: z.string().openapi({ description: 'Base64.' }) }),
    lineSchema.extend({ type: z.literal('heartbeat') }),
    lineSchema.extend({ type: z.literal('end'), ...endedSchema.shape }),
    lineSchema.extend({
      type: z.literal('end'),
      reason: z.object({ code: z.string(), message: z.string(), state: z.string().optional() }).openapi({
        description: 'The stream ends, of the command nothing more is known: `sandbox_stopped`, `service_closing` ...',
      }),
    }),
  ])
  .openapi('ExecEvent', { example: { seq: 1, type: 'stdout', data: 'aGVsbG8K' } });

export type ExecEvent = z.infer<typeof execEventSchema>;

const execExample = {
  ...{ execId: 'x7k2m9', pid: 42, command: 'npm test', user: 'user', running: true },
  ...{ startedAt: '2026-08-01T12:00:00.000Z', exitCode: null, signal: null, timedOut: false, durationMs: 5_120.4 },
};

export const execViewSchema = z
  .object({
    execId: z.string(),
    pid: z.number().int(),
    command: z.union([z.string(), z.array(z.string())]),
    user: z.string(),
    running: z.boolean(),
    startedAt: instantSchema,
    exitCode: z.number().int().nullable(),
    signal: z.string().nullable(),
    timedOut: z.boolean(),
    durationMs: z.number(),
  })
  .openapi('Exec', { example: execExample });

export const execListSchema = z
  .object({ items: z.array(execViewSchema) })
  .openapi('ExecList', { example: { items: [execExample] } });
