import { type HistoryItem, SandglassError, type ServiceEvent, watchEvents } from '../../sdk/index.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import { findSandbox } from '../find-sandbox.ts';
import { oneLine } from '../printable.ts';
import { pullWords } from '../pull-words.ts';
import { table } from '../table.ts';

export interface EventsFlags extends ConnectionFlags {
  readonly follow?: boolean;
  readonly json?: boolean;
}

/** What happened to a sandbox; with `follow` what happens from now on, to one or to all. */
export async function events(context: CommandContext, id: string | undefined, flags: EventsFlags): Promise<void> {
  const options = connectionOptions(flags, context.env);
  const sandbox = id === undefined ? undefined : await findSandbox(id, options);
  if (flags.follow) return tell(context, sandbox?.events() ?? watchEvents(options), flags);
  if (sandbox === undefined) {
    throw new SandglassError('invalid_request', 'The events of all sandboxes can be followed only.', {
      hint: 'Example: sandglass events -f, or sandglass events k3v9x0q2m7b1c8d4e5f6',
    });
  }
  const items: HistoryItem[] = [];
  for await (const item of sandbox.history()) items.push(item);
  context.output.result(flags.json ? JSON.stringify(items, null, 2) : table(items.map(historyCells)));
}

async function tell({ output }: CommandContext, happening: AsyncIterable<ServiceEvent>, { json }: EventsFlags) {
  for await (const event of happening) output.result(json ? JSON.stringify(event) : lineOf(event));
}

function historyCells({ at, from, to, event, reason, actor }: HistoryItem): readonly string[] {
  return [at, `${from ?? '-'} -> ${to}`, reason === undefined ? event : `${event} (${reason})`, actor].map(oneLine);
}

function lineOf(event: ServiceEvent): string {
  if (event.type === 'pool') {
    const { signature, tier, why } = event.pool;
    return oneLine([event.name, signature ?? '-', tier, why ?? ''].join('  ').trimEnd());
  }
  if (event.type === 'reconcile') {
    const { kind, sandboxId } = event.correction;
    return oneLine(`${event.name}  ${sandboxId}  ${kind}`);
  }
  const { id, state, transition } = event.sandbox;
  const pull = 'image' in event.sandbox ? event.sandbox.pull : undefined;
  if (pull !== undefined) return oneLine(`${event.name}  ${id}  ${pullWords(pull)}`);
  if (transition === null) return oneLine(`${event.name}  ${id}  ${state}`);
  return oneLine([transition.at, id, ...historyCells(transition).slice(1)].join('  '));
}
