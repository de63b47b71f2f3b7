import { SandglassError } from '../../sdk/index.ts';
import { markdownTable } from '../markdown-table.ts';
import { cell } from './markdown.ts';
import type { SavedProfile } from './saved-profile.ts';
import { averageMib, present } from './totals.ts';

export interface ProfileDiff {
  readonly sample: string;
  readonly workload: string | null;
  readonly captured_at: readonly [string, string];
  readonly rows: readonly DiffRow[];
}

export interface DiffRow {
  readonly what: string;
  readonly before: number | null;
  readonly after: number | null;
  /** null where one of the two is. */
  readonly change: number | null;
  /** Of what it was before. */
  readonly change_percent: number | null;
}

/** What has changed from one run to another. Throws `invalid_request` for runs of different work or phase. */
export function diffOf(before: SavedProfile, after: SavedProfile): ProfileDiff {
  for (const what of ['workload', 'sample'] as const) {
    if (before[what] === after[what]) continue;
    throw new SandglassError(
      'invalid_request',
      `The two runs cannot be compared: one has the ${what} "${before[what] ?? 'none'}", the other "${after[what] ?? 'none'}".`,
      { hint: 'Profile both with the same --workload and --sample.' },
    );
  }
  const others = valuesOf(after);
  const rows = [...valuesOf(before)].map(([what, value]) => rowOf(what, value, others.get(what) ?? null));
  const { sample, workload } = before;
  return { sample, workload, captured_at: [before.captured_at, after.captured_at], rows };
}

export function diffMarkdown({ sample, workload, captured_at: [before, after], rows }: ProfileDiff): string {
  const signed = (value: number | null, unit = '') => (value === null ? '-' : `${value > 0 ? '+' : ''}${value}${unit}`);
  const cells = rows.map(({ what, change, change_percent, ...values }) => [
    ...[what, String(values.before ?? '-'), String(values.after ?? '-')],
    ...[signed(change), signed(change_percent, ' %')],
  ]);
  return [
    `# Memory profile: ${cell(sample)}, ${cell(workload ?? 'what ran already')}`,
    `- Before: ${cell(before)}\n- After: ${cell(after)}`,
    markdownTable(['What', 'Before', 'After', 'Change', '%'], cells),
  ].join('\n\n');
}

function valuesOf({ summary, pods, startups }: SavedProfile): ReadonlyMap<string, number | null> {
  const average = (bytes: readonly (number | null)[]) => averageMib(present(bytes));
  return new Map<string, number | null>([
    ['sandboxes', summary.pod_count],
    ['not measured', summary.unparsed_memory_count],
    ['working sets, MiB in all', summary.total_memory_mib],
    ['working set, MiB on average', summary.average_memory_mib],
    ['working set, MiB at most', summary.max_memory_mib],
    ['usage, MiB on average', average(pods.map(({ memory }) => memory.usage_bytes))],
    ['cache, MiB on average', average(pods.map(({ memory }) => memory.cache_bytes))],
    ['RSS, MiB on average', average(pods.map(({ memory }) => memory.rss_bytes))],
    ['PSS, MiB on average', average(pods.map((pod) => pod.pss_bytes))],
    ['peak, MiB on average', average(pods.map(({ memory }) => memory.peak_bytes))],
    ['shim RSS, MiB on average', average(pods.map((pod) => pod.shim_rss_bytes))],
    ['CPU, millicores in all', summary.total_cpu_millicores],
    ...startups.flatMap(({ concurrency, p50_ms, p95_ms }): readonly [string, number | null][] => [
      [`start, p50 ms, ${concurrency} at once`, p50_ms],
      [`start, p95 ms, ${concurrency} at once`, p95_ms],
    ]),
  ]);
}

function rowOf(what: string, before: number | null, after: number | null): DiffRow {
  const change = before === null || after === null ? null : hundredths(after - before);
  const share = change === null || before === null || before === 0 ? null : hundredths((100 * change) / before);
  return { what, before, after, change, change_percent: share };
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
