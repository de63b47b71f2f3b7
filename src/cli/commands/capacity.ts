import { type CapacityView, capacity } from '../../sdk/index.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';

export interface CapacityFlags extends ConnectionFlags {
  readonly json?: boolean;
}

export async function showCapacity({ env, output }: CommandContext, flags: CapacityFlags): Promise<void> {
  const view = await capacity(connectionOptions(flags, env));
  output.result(flags.json ? JSON.stringify(view, null, 2) : printable(table(linesOf(view))));
}

const REFUSALS: Readonly<Record<NonNullable<CapacityView['refuses']>, string>> = {
  memory_reserved: 'all memory that may be reserved is reserved',
  memory_pressure: 'nearly all memory is in use',
  disk_full: 'the disk of the engine is nearly full',
  queue_full: 'too many starts wait already',
};

function linesOf(view: CapacityView): readonly (readonly string[])[] {
  const { disk, memoryMb, pressure } = view;
  const limit = view.limitMb === null ? 'unknown' : `${view.limitMb} MiB`;
  const memory = memoryMb === null ? 'unknown' : `${memoryMb} MiB`;
  const guard = disk?.guarded === true ? ', guarded' : '';
  return [
    ['engine', view.engine],
    ['reserved', `${view.reservedMb} MiB of ${limit} (${memory} of the engine, times ${view.overcommit})`],
    ['in use', pressure === null ? 'not measured' : pressureWords(pressure)],
    ['disk', disk === null ? 'not seen' : `${disk.freeMb} of ${disk.totalMb} MiB free${guard}`],
    ['waiting', `${view.waiting} starts`],
    ['next start', view.refuses === null ? 'has room' : `waits: ${REFUSALS[view.refuses] ?? view.refuses}`],
  ];
}

function pressureWords({ limitMb, ratio, source, usedMb }: NonNullable<CapacityView['pressure']>): string {
  return `${usedMb} of ${limitMb} MiB, ${(ratio * 100).toFixed(1)} % (${source})`;
}
