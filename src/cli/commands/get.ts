import type { SandboxView } from '../../sdk/index.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import { findSandbox } from '../find-sandbox.ts';
import { printable } from '../printable.ts';
import { table } from '../table.ts';

export interface GetFlags extends ConnectionFlags {
  readonly json?: boolean;
}

export async function get({ env, output }: CommandContext, id: string, flags: GetFlags): Promise<void> {
  const { view } = await findSandbox(id, connectionOptions(flags, env));
  output.result(flags.json ? JSON.stringify(view, null, 2) : sandboxTable(view));
}

/** One sandbox for people. */
export function sandboxTable(view: SandboxView): string {
  return printable(table(linesOf(view)));
}

function linesOf(view: SandboxView): readonly (readonly string[])[] {
  const { deadlines, labels, reason, resources } = view;
  const diskMb = resources.diskMb === null ? '' : `, ${resources.diskMb} MiB disk`;
  return [
    ['id', view.id],
    ['state', reason === null ? view.state : `${view.state}: ${reason.message}`],
    ['image', view.template === null ? view.image : `${view.image} (template ${view.template})`],
    ['resources', `${resources.cpus} CPUs, ${resources.memoryMb} MiB, ${resources.pids} processes${diskMb}`],
    ['created', view.createdAt],
    ['started', view.startedAt ?? 'never'],
    ['next', deadlines.next === null ? 'nothing by itself' : `${deadlines.next.action} at ${deadlines.next.at}`],
    ...Object.entries(labels).map(([name, value]) => [`label ${name}`, value]),
  ];
}
