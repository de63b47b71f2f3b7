import { z } from '@hono/zod-openapi';

const NUL = '\u0000';
const COMMAND_MAX_BYTES = 64 * 1024;
/** The kernel's PID_MAX_LIMIT. */
const PIDS_MAX = 4_194_304;
/** 1 PiB: beyond every storage driver, within every integer. */
const DISK_MAX_MB = 1_073_741_824;

const withoutNul = (text: string) => !text.includes(NUL);
const NO_NUL = { error: 'must not contain NUL' };

export const sandboxIdSchema = z
  .string()
  .regex(/^[a-z0-9]{1,40}$/, 'must be 1 to 40 of a-z and 0-9')
  .openapi({ example: 'k3v9x0q2m7b1c8d4e5f6' });

export const sandboxPathSchema = z.strictObject({ id: sandboxIdSchema });

export const templateNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be lower-case letters, digits, dot, dash or underscore')
  .openapi({ example: 'base' });

/** A reference of distribution/reference, with tag or digest, or the id of an image. */
export const imageSchema = z
  .string()
  .max(255, 'must be at most 255 characters')
  .regex(
    /^(sha256:[0-9a-f]{12,64}|[a-z0-9][a-zA-Z0-9._-]*(:\d{1,5})?(\/[a-z0-9][a-z0-9._-]*)*(:\w[\w.-]{0,127})?(@[a-z0-9]+:[0-9a-f]{32,128})?)$/,
    'must be the name of an image, such as name:tag or registry/name@sha256:digest',
  )
  .openapi({ example: 'python:3.12-slim' });

export const envSchema = z
  .record(
    z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be a name of letters, digits and underscores'),
    z.string().refine(withoutNul, NO_NUL),
  )
  .openapi({ type: 'object', additionalProperties: { type: 'string' }, example: { LANG: 'C.UTF-8' } });

export const labelNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,62}$/, 'must be 1 to 63 letters, digits, dot, underscore, slash or dash');

export const labelValueSchema = z
  .string()
  .max(256, 'must be at most 256 characters')
  .regex(/^\P{Cc}*$/u, 'must not contain control characters')
  .openapi({ pattern: '^\\P{Cc}*$' });

export const labelsSchema = z
  .record(labelNameSchema, labelValueSchema)
  .openapi({ type: 'object', additionalProperties: { type: 'string' }, example: { project: 'demo' } });

export const userSchema = z
  .string()
  .regex(
    /^([A-Za-z_][A-Za-z0-9_.-]{0,31}|\d{1,10})(:([A-Za-z_][A-Za-z0-9_.-]{0,31}|\d{1,10}))?$/,
    'must be name or uid, with :group or :gid if wanted',
  )
  .openapi({ example: 'user' });

export const workdirSchema = z
  .string()
  .max(4096, 'must be at most 4096 characters')
  .startsWith('/', 'must be an absolute path')
  .refine(withoutNul, NO_NUL)
  .openapi({ example: '/home/user' });

export const commandSchema = z
  .array(z.string().refine(withoutNul, NO_NUL))
  .min(1, 'must name a program')
  .max(1024, 'must be at most 1024 words')
  .refine((words) => byteLength(words) <= COMMAND_MAX_BYTES, `must be at most ${COMMAND_MAX_BYTES} bytes in all`)
  .openapi({ example: ['python3', '-m', 'http.server'] });

export const runtimeSchema = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'must be the name of a container runtime')
  .openapi({ example: 'runc' });

const limits = {
  cpus: z.number().min(0.01),
  memoryMb: z.number().int().min(6),
  diskMb: z.number().int().min(1).max(DISK_MAX_MB).nullable(),
  pids: z.number().int().min(1).max(PIDS_MAX),
};

/** Each may be left out. */
export const resourcesWishSchema = z
  .strictObject(limits)
  .partial()
  .openapi({ example: { cpus: 1, memoryMb: 512 } });

export const resourcesSchema = z.object({
  ...limits,
  diskEnforced: z.boolean().optional().openapi({
    description: 'Only where diskMb is set: whether the storage driver of the engine enforces it.',
  }),
});

export const networkSchema = z.object({ internet: z.boolean() });

function byteLength(words: readonly string[]): number {
  const encoder = new TextEncoder();
  return words.reduce((sum, word) => sum + encoder.encode(word).length + 1, 0);
}
