import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { errorMessage, SandboxError } from '../domain/errors.ts';
import { defined } from '../domain/spec.ts';
import type { Template } from '../domain/template.ts';

const entrySchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'must be lower-case letters, digits, dot, dash or underscore'),
  image: z.string().min(1),
  resources: z
    .strictObject({
      cpus: z.number().positive().optional(),
      memoryMb: z.number().int().min(6).optional(),
      diskMb: z.number().int().positive().nullable().optional(),
      pids: z.number().int().positive().optional(),
    })
    .default({}),
  user: z.string().nullable().default(null),
  workdir: z.string().startsWith('/').nullable().default(null),
  sudo: z.boolean().default(false),
  env: z.record(z.string(), z.string()).default({}),
  memoryBudgetMb: z.number().positive().nullable().default(null),
  floor: z.number().int().min(0).default(0),
});
const fileSchema = z.union([z.array(entrySchema), z.strictObject({ templates: z.array(entrySchema) })]);

/** The templates of a JSON file. Throws `invalid_request` naming the file and what is wrong in it. */
export function readTemplateFile(path: string): readonly Template[] {
  const wrong = (detail: string, cause?: unknown) =>
    new SandboxError('invalid_request', `SANDGLASS_TEMPLATES: ${path} ${detail}`, {
      hint: 'It is a JSON list of { "name", "image", "resources"?, "user"?, "workdir"?, "sudo"?, "env"?, "floor"? }.',
      cause,
    });
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw wrong(`cannot be read: ${errorMessage(error)}`, error);
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) throw wrong(`is not valid: ${z.prettifyError(parsed.error)}`);
  const entries = Array.isArray(parsed.data) ? parsed.data : parsed.data.templates;
  return entries.map((entry) => ({ ...entry, resources: defined(entry.resources), source: 'file' }));
}
