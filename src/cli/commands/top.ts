import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, type Metrics, Sandbox, type SandboxView, SandglassError } from '../../sdk/index.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import { findSandbox } from '../find-sandbox.ts';
import { inTurns } from '../in-turns.ts';
import type { Output } from '../output.ts';
import { oneLine } from '../printable.ts';
import { sizeWords } from '../size-words.ts';
import { table } from '../table.ts';

export interface TopFlags extends ConnectionFlags {
  readonly interval: number;
  readonly once?: boolean;
  readonly json?: boolean;
}

interface Row {
  readonly view: SandboxView;
  readonly metrics: Metrics;
}

const OTHER_SCREEN = '\u001b[?1049h\u001b[?25l';
const BACK = '\u001b[?25h\u001b[?1049l';
const FROM_THE_TOP = '\u001b[H';
const CLEAR_TO_END = '\u001b[J';
const CLEAR_LINE = '\u001b[K';

/** What sandboxes use: once for pipes and machines, on a terminal again and again until Ctrl-C. */
export async function top({ env, output }: CommandContext, ids: readonly string[], flags: TopFlags): Promise<void> {
  const options = connectionOptions(flags, env);
  const rows = await measured(ids, options);
  if (flags.json)
    return output.result(
      JSON.stringify(
        rows.map(({ metrics }) => metrics),
        null,
        2,
      ),
    );
  if (flags.once || !process.stdout.isTTY) return output.result(listing(rows, output));
  await live(output, flags.interval, rows, () => measured(ids, options));
}

/** On the terminal's other screen, so that what stood there comes back. */
async function live(output: Output, seconds: number, first: readonly Row[], again: () => Promise<readonly Row[]>) {
  const over = new AbortController();
  const end = () => over.abort();
  process.once('SIGINT', end).once('SIGTERM', end);
  const { stdout } = process;
  stdout.write(OTHER_SCREEN);
  try {
    for (let rows = first; !over.signal.aborted; rows = await again()) {
      const lines = listing(rows, output)
        .split('\n')
        .slice(0, Math.max(1, stdout.rows - 1));
      stdout.write(FROM_THE_TOP + lines.map((line) => `${line}${CLEAR_LINE}\n`).join('') + CLEAR_TO_END);
      await sleep(seconds * 1_000, undefined, { signal: over.signal }).catch(() => undefined);
    }
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end);
    stdout.write(BACK);
  }
}

/** At once; a hundred sandboxes are ten turns. */
const AT_ONCE = 10;

async function measured(ids: readonly string[], options: ConnectionOptions): Promise<readonly Row[]> {
  const sandboxes: Sandbox[] = [];
  if (ids.length > 0) sandboxes.push(...(await Promise.all(ids.map((id) => findSandbox(id, options)))));
  else
    for await (const one of Sandbox.list({ state: ['running', 'paused'], pageSize: 1_000 }, options))
      sandboxes.push(one);
  const rows: Row[] = [];
  await inTurns(sandboxes, AT_ONCE, async (one) => {
    const metrics = await metricsOf(one);
    if (metrics !== undefined) rows.push({ view: one.view, metrics });
  });
  return rows.sort((one, other) => memoryOf(other) - memoryOf(one) || one.view.id.localeCompare(other.view.id));
}

/** undefined for one that is gone by now. */
async function metricsOf(sandbox: Sandbox): Promise<Metrics | undefined> {
  try {
    return await sandbox.metrics();
  } catch (error) {
    if (error instanceof SandglassError && (error.code === 'gone' || error.code === 'sandbox_not_found'))
      return undefined;
    throw error;
  }
}

function memoryOf({ metrics }: Row): number {
  return metrics.latest?.memory.usageBytes ?? -1;
}

function listing(rows: readonly Row[], output: Output): string {
  const head = ['ID', 'STATE', 'CPU', 'MEMORY', 'LIMIT', 'MEM %', 'PIDS', 'TEMPLATE'];
  return table([head.map((word) => output.paint('bold', word)), ...rows.map(cells)]);
}

function cells({ view, metrics: { state, latest } }: Row): readonly string[] {
  const template = oneLine(view.template ?? view.image);
  if (latest === null) return [view.id, state, '-', '-', '-', '-', '-', template];
  const { cpu, memory, pids } = latest;
  const share = memory.limitBytes > 0 ? `${((100 * memory.usageBytes) / memory.limitBytes).toFixed(1)} %` : '-';
  const sizes = [memory.usageBytes, memory.limitBytes].map(sizeWords);
  return [view.id, state, `${cpu.usedPct.toFixed(1)} %`, ...sizes, share, String(pids), template];
}
