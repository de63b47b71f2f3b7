import { markdownTable } from '../markdown-table.ts';
import { AREAS, type Row } from './cell.ts';
import { leftoverWords } from './leftovers.ts';
import type { Report } from './report.ts';

/** One markdown table: a row for each area of each runtime, one for a runtime that the engine lacks. */
export function markdown(report: Report): string {
  return markdownTable(['Runtime', 'Area', 'Result', 'Measured'], report.rows.flatMap(lines));
}

/** The table with what one must know to read it. */
export function page(report: Report): string {
  const { captured_at: begun, duration_ms: tookMs, engine, leftovers, load, options, service } = report;
  const given = [
    options.restart_command ? ['--restart-command ...'] : [],
    options.orphan_command ? ['--orphan-command ...'] : [],
  ].flat();
  const words = [
    ...['sandglass matrix', `--runtime ${options.runtimes.join()}`, `--startup ${options.startup.join()}`],
    ...[`--timeout ${options.timeout_seconds}s`, ...given],
  ];
  const host = `${engine.cpus} CPUs, ${engine.memoryMb} MiB, ${engine.storageDriver}, cgroup v${engine.cgroupVersion}`;
  const busy = load === null ? 'not known: the service is on another machine' : `${load} on ${engine.cpus} CPUs`;
  return [
    '# Runtime matrix\n',
    '<!-- Written by `sandglass matrix --save`: run it again in place of editing this page. -->\n',
    'What each container runtime of an engine can do, measured on sandboxes that were started for it and removed.\n',
    `- Command: \`${words.join(' ')}\``,
    `- Begun ${begun}, took ${Math.round(tookMs / 1000)} s; left behind: ${leftoverWords(leftovers)}`,
    `- Sandglass ${escaped(service.version)}; engine ${escaped(engine.version)}: ${escaped(host)}`,
    `- Load of the machine at the begin: ${busy}`,
    ...report.notes.map((note) => `- ${escaped(note)}`),
    `\n${markdown(report)}`,
  ].join('\n');
}

function lines(row: Row): readonly (readonly string[])[] {
  const runtime = escaped(row.runtime);
  if (!row.present) return [[runtime, 'all', 'absent', 'the engine has no such runtime']];
  return AREAS.map((area) => {
    const { outcome, value } = row.cells[area];
    return [runtime, area, outcome === 'failed' ? '**failed**' : outcome, escaped(value)];
  });
}

/** So that it stays in its cell, and is shown as it is. */
export function escaped(text: string): string {
  return text
    .replace(/\\/g, '\\\\')
    .replace(/[|`*_<[\]~]/g, '\\$&')
    .replace(/\s*[\r\n]+\s*/g, ' ');
}
