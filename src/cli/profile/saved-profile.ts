import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { SandglassError } from '../../sdk/index.ts';
import { sortedJson } from '../sorted-json.ts';
import { profileMarkdown } from './markdown.ts';
import { memoryChart } from './memory-chart.ts';
import type { MemoryProfile } from './memory-profile.ts';

const number = z.number().nullable();

/** What a comparison reads of a run. Names beyond those of deer-flow may be missing. */
const savedSchema = z.object({
  schema_version: z.literal(1),
  captured_at: z.string(),
  sample: z.string(),
  workload: z.string().nullable().default(null),
  summary: z.object({
    ...{ pod_count: z.number(), unparsed_memory_count: z.number(), total_memory_mib: z.number() },
    ...{ average_memory_mib: number, max_memory_mib: number, total_cpu_millicores: z.number() },
  }),
  pods: z.array(
    z.object({
      name: z.string(),
      memory: z.object({
        ...{ usage_bytes: number.default(null), cache_bytes: number.default(null) },
        ...{ rss_bytes: number.default(null), peak_bytes: number.default(null), bytes: number },
      }),
      pss_bytes: number.default(null),
      shim_rss_bytes: number.default(null),
    }),
  ),
  startups: z.array(z.object({ concurrency: z.number(), p50_ms: number, p95_ms: number, max_ms: number })).default([]),
});

export type SavedProfile = z.infer<typeof savedSchema>;

/** Throws `invalid_request`, which names the file. */
export function readProfile(file: string): SavedProfile {
  const wrong = (why: string, cause: unknown) =>
    new SandglassError('invalid_request', `${file} ${why}.`, {
      hint: 'A profile is what `sandglass profile --save` or `--format json` writes.',
      cause,
    });
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw wrong('cannot be read as JSON', cause);
  }
  const parsed = savedSchema.safeParse(json);
  if (!parsed.success) throw wrong('is no profile', parsed.error);
  return parsed.data;
}

/** Three files in the working directory: for programs, for people, and the chart. Answers with their names. */
export function saveProfile(profile: MemoryProfile): readonly string[] {
  const stamp = profile.captured_at.replace(/\D/g, '').slice(0, 17);
  const name = `sandglass-profile-${stamp}-${profile.workload ?? 'running'}`;
  const files = {
    [`${name}.json`]: `${sortedJson(profile)}\n`,
    [`${name}.md`]: `${profileMarkdown(profile)}\n`,
    [`${name}.svg`]: memoryChart(profile),
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(file, text);
  return Object.keys(files);
}
