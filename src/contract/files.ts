import { z } from '@hono/zod-openapi';
import { userSchema } from './sandbox-fields.ts';
import { trueOrFalseSchema } from './waiting.ts';

const NUL = '\u0000';
const LONGEST_PATH = 4096;
const DEEPEST = 10;

const pathTextSchema = z
  .string()
  .max(LONGEST_PATH, `must be at most ${LONGEST_PATH} characters`)
  .refine((text) => !text.includes(NUL), { error: 'must not contain NUL' })
  .openapi({ description: "Absolute, or relative to the user's home.", example: '/home/user/notes.txt' });
const pathSchema = pathTextSchema.min(1, 'must not be empty');
/** Where the user's processes begin when it is left out. */
const folderSchema = pathTextSchema.optional();

function wholeSchema(least: number, most: number, usual: number) {
  return z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(least).max(most))
    .default(usual)
    .openapi({ type: 'integer', minimum: least, maximum: most, default: usual });
}

const user = userSchema.optional();

export const fileQuerySchema = z.strictObject({ path: pathSchema, user });

export const writeQuerySchema = fileQuerySchema.extend({
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/, 'must be three octal digits, such as 644')
    .openapi({ example: '644' })
    .optional(),
  append: trueOrFalseSchema.optional().openapi({ description: 'true = add to its end, in one piece.' }),
});

export const listFilesQuerySchema = z.strictObject({ path: folderSchema, user, depth: wholeSchema(1, DEEPEST, 1) });

export const globQuerySchema = z.strictObject({
  path: folderSchema,
  user,
  pattern: z.string().min(1).max(1024).openapi({ example: '**/*.ts' }),
  limit: wholeSchema(1, 1000, 200),
});

export const grepQuerySchema = z.strictObject({
  path: folderSchema,
  user,
  pattern: z.string().min(1).max(1024).openapi({ example: 'TODO' }),
  literal: trueOrFalseSchema.default(false),
  caseSensitive: trueOrFalseSchema.default(true),
  glob: z.string().min(1).max(1024).optional().openapi({
    description: 'Only files whose path matches.',
    example: '**/*.ts',
  }),
  limit: wholeSchema(1, 500, 100),
});

const entryExample = {
  ...{ name: 'notes.txt', path: '/home/user/notes.txt', type: 'file', size: 18, mode: '0644' },
  ...{ modifiedAt: '2026-08-01T12:00:00.000Z', owner: 'user', group: 'user' },
};

export const fileEntrySchema = z
  .object({
    name: z.string(),
    path: z.string(),
    type: z.enum(['file', 'directory', 'symlink', 'other']),
    size: z.number().int().openapi({ description: 'Bytes.' }),
    mode: z.string().openapi({ example: '0644' }),
    modifiedAt: z.string(),
    owner: z.string(),
    group: z.string(),
    symlinkTarget: z.string().optional(),
  })
  .openapi('FileEntry', { example: entryExample });

export type FileEntry = z.infer<typeof fileEntrySchema>;

export const fileListSchema = z
  .object({ entries: z.array(fileEntrySchema), truncated: z.boolean() })
  .openapi('FileList', { example: { entries: [entryExample], truncated: false } });

export type FileList = z.infer<typeof fileListSchema>;

export const fileMatchesSchema = z
  .object({
    matches: z.array(z.object({ path: z.string(), line: z.number().int(), text: z.string() })),
    truncated: z.boolean(),
    timedOut: z.boolean(),
  })
  .openapi('FileMatches', {
    example: {
      matches: [{ path: '/home/user/notes.txt', line: 1, text: 'remember the milk' }],
      ...{ truncated: false, timedOut: false },
    },
  });

export const unpackedSchema = z
  .object({ entries: z.number().int(), bytes: z.number().int() })
  .openapi('Unpacked', { example: { entries: 12, bytes: 40_960 } });

export const rangeHeaderSchema = z.object({
  Range: z.string().optional().openapi({ example: 'bytes=0-1023' }),
  'If-Range': z.string().optional().openapi({ example: 'Sat, 01 Aug 2026 12:00:00 GMT' }),
});

export const bytesSchema = z.string().openapi({ type: 'string', format: 'binary', example: 'remember the milk\n' });
