import { markdownTable } from '../markdown-table.ts';
import { printable } from '../printable.ts';
import type { MemoryProfile, Pod, Startups } from './memory-profile.ts';
import { mibOf } from './units.ts';

/** A run for people: what it adds up to, a row per sandbox, and what else was asked for. */
export function profileMarkdown(profile: MemoryProfile): string {
  const { pods, startups, phases, process_errors, notes } = profile;
  const failed = pods.filter(({ error }) => error !== undefined);
  return [
    `# Memory profile: ${cell(profile.sample)}`,
    summaryBullets(profile).join('\n'),
    podTable(pods),
    ...section(
      'Could not be sampled',
      failed.map(({ name, error = '' }) => bullet(name, error)),
    ),
    ...(phases.length > 1 ? [`## Phases\n\n${phaseTable(profile)}`] : []),
    ...(startups.length > 0 ? [`## Startup\n\n${startupTable(startups)}`] : []),
    ...(pods.some(({ processes }) => processes.length > 0) ? [`## Top processes\n\n${processTable(pods)}`] : []),
    ...section(
      'Processes could not be listed',
      process_errors.map(({ name, error }) => bullet(name, error)),
    ),
    ...section(
      'Notes',
      notes.map((note) => `- ${note}`),
    ),
  ].join('\n\n');
}

/** Text of others inside a table or a line: nothing in it ends the cell, begins code, or acts upon a terminal. */
export function cell(text: string): string {
  return printable(text.replace(/\s+/g, ' ')).replace(/[\\|`]/g, (mark) => `\\${mark}`);
}

function summaryBullets({ captured_at, namespace, selector, workload, window_ms, summary, host }: MemoryProfile) {
  const { average_memory_mib: average, max_memory_mib: max } = summary;
  const chosen = [namespace === null ? '' : `tenant ${namespace}`, selector ?? ''].filter((text) => text !== '');
  return [
    `- Captured: ${captured_at}, within ${window_ms} ms`,
    `- Chosen: ${cell(chosen.join(', ') || 'all that the key sees')}; workload: ${workload ?? 'none, what ran already'}`,
    `- Sandboxes: ${summary.sandbox_count} (${summary.unparsed_memory_count} could not be measured)`,
    `- Working sets: ${summary.total_memory_mib} MiB in all, ${average ?? '-'} MiB on average, ${max ?? '-'} MiB at most`,
    `- CPU: ${summary.total_cpu_millicores} millicores`,
    `- Host: ${host.cores ?? '?'} cores, ${host.memory_bytes === null ? '?' : mibOf(host.memory_bytes)} MiB, kernel ${cell(host.kernel ?? '?')}, engine ${cell(host.engine ?? '?')}, ${cell(host.storage_driver ?? '?')}, cgroup ${cell(host.cgroup ?? '?')}`,
  ];
}

const POD_HEAD = [
  ...['Sandbox', 'State', 'Working set MiB', 'Usage', 'Cache', 'RSS', 'PSS', 'Peak', 'Limit', 'Shim RSS'],
  ...['CPU m', 'Counted by', 'Image'],
];

function podTable(pods: readonly Pod[]): string {
  return markdownTable(POD_HEAD, pods.map(podRow));
}

function podRow({ name, phase, memory, cpu, pss_bytes, shim_rss_bytes, containers }: Pod): readonly string[] {
  const sizes = [memory.bytes, memory.usage_bytes, memory.cache_bytes, memory.rss_bytes, pss_bytes];
  const image = containers['sandbox']?.image ?? '-';
  return [
    ...[cell(name), cell(phase), ...[...sizes, memory.peak_bytes, memory.limit_bytes, shim_rss_bytes].map(mibCell)],
    ...[String(cpu.millicores ?? '-'), memory.source ?? '-', cell(image)],
  ];
}

function phaseTable({ phases }: MemoryProfile): string {
  const rows = phases.map(({ name, sandbox_count, total_memory_bytes, ...averages }) => [
    ...[cell(name), String(sandbox_count), mibCell(total_memory_bytes)],
    ...[averages.average_working_set_mib, averages.average_usage_mib].map((mib) => String(mib ?? '-')),
  ]);
  return markdownTable(['Phase', 'Sandboxes', 'Working sets MiB', 'Average', 'Average usage'], rows);
}

function startupTable(startups: readonly Startups[]): string {
  const rows = startups.map(({ concurrency, started, errors, warm, cold, p50_ms, p95_ms, max_ms }) =>
    [concurrency, started, errors, warm, cold, p50_ms, p95_ms, max_ms].map((value) => String(value ?? '-')),
  );
  return markdownTable(['At once', 'Started', 'Errors', 'Warm', 'Cold', 'p50 ms', 'p95 ms', 'max ms'], rows);
}

const LONGEST_COMMAND = 80;

function processTable(pods: readonly Pod[]): string {
  const rows = pods.flatMap(({ name, processes }) =>
    processes.map(({ pid, rss_mib, pss_kib, command }) => [
      ...[cell(name), String(pid), String(rss_mib), pss_kib === null ? '-' : String(mibOf(pss_kib * 1024))],
      cell(command.slice(0, LONGEST_COMMAND)),
    ]),
  );
  return markdownTable(['Sandbox', 'PID', 'RSS MiB', 'PSS MiB', 'Command'], rows);
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`## ${title}\n\n${lines.join('\n')}`];
}

function bullet(name: string, error: string): string {
  return `- ${cell(name)}: ${cell(error)}`;
}

function mibCell(bytes: number | null): string {
  return bytes === null ? '-' : String(mibOf(bytes));
}
