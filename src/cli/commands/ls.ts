import { Sandbox, type SandboxFilter, type SandboxView } from '../../sdk/index.ts';
import type { CommandContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import type { Output } from '../output.ts';
import { oneLine } from '../printable.ts';
import { table } from '../table.ts';
import { agoWords, inWords } from '../time-words.ts';

export interface LsFlags extends ConnectionFlags {
  readonly state?: readonly SandboxView['state'][];
  readonly label?: Readonly<Record<string, string>>;
  readonly template?: string;
  readonly tenant?: string;
  readonly limit?: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const LARGEST_PAGE = 1_000;

/** Newest first. */
export async function ls({ env, output }: CommandContext, flags: LsFlags): Promise<void> {
  const views = await viewsOf(flags, env);
  if (flags.json) return output.result(JSON.stringify(views, null, 2));
  if (flags.quiet) {
    for (const { id } of views) output.result(id);
    return;
  }
  if (views.length === 0) return output.progress('There is none. `sandglass start` starts one.');
  output.result(listing(views, output));
}

async function viewsOf(flags: LsFlags, env: CommandContext['env']): Promise<readonly SandboxView[]> {
  const { state, label, template, tenant, limit = Number.POSITIVE_INFINITY } = flags;
  const filter: SandboxFilter = {
    ...(state === undefined ? {} : { state }),
    ...(label === undefined ? {} : { labels: label }),
    ...(template === undefined ? {} : { template }),
    ...(tenant === undefined ? {} : { tenant }),
    pageSize: Math.min(limit, LARGEST_PAGE),
  };
  const views: SandboxView[] = [];
  for await (const { view } of Sandbox.list(filter, connectionOptions(flags, env))) {
    if (views.push(view) >= limit) break;
  }
  return views;
}

const STYLES = { running: 'green', paused: 'yellow', stopped: 'dim', deleted: 'dim' } as const;

function listing(views: readonly SandboxView[], output: Output): string {
  const nowMs = Date.now();
  const head = ['ID', 'STATE', 'TEMPLATE', 'CREATED', 'NEXT', 'LABELS'].map((word) => output.paint('bold', word));
  const rows = views.map((view) => [
    view.id,
    isStyled(view.state) ? output.paint(STYLES[view.state], view.state) : view.state,
    oneLine(view.template ?? view.image),
    agoWords(view.createdAt, nowMs),
    view.deadlines.next === null ? '-' : `${view.deadlines.next.action} ${inWords(view.deadlines.next.at, nowMs)}`,
    oneLine(
      Object.entries(view.labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
    ),
  ]);
  return table([head, ...rows]);
}

function isStyled(state: string): state is keyof typeof STYLES {
  return Object.hasOwn(STYLES, state);
}
