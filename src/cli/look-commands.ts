import type { Command } from 'commander';
import { countBetween } from './args/count.ts';
import { tenantName } from './args/key-names.ts';
import { labelPair } from './args/name-value.ts';
import { sandboxId, sandboxIds } from './args/sandbox-id.ts';
import { templateName } from './args/start-names.ts';
import { stateList } from './args/state-list.ts';
import type { ProgramContext } from './command-context.ts';
import type { EventsFlags } from './commands/events.ts';
import type { ExplainFlags } from './commands/explain.ts';
import type { GetFlags } from './commands/get.ts';
import type { LogsFlags } from './commands/logs.ts';
import type { LsFlags } from './commands/ls.ts';
import type { TopFlags } from './commands/top.ts';
import { jsonOption, withService } from './service-options.ts';
import { withExample } from './with-example.ts';

const ID = 'k3v9x0q2m7b1c8d4e5f6';
const ID_MEANING = 'id of the sandbox, or its beginning';

/** What tells of sandboxes and changes nothing. */
export function addLookCommands(program: Command, context: ProgramContext): void {
  addLs(program, context);
  const get = program.command('get').description('Show a sandbox.').argument('<id>', ID_MEANING, sandboxId);
  withService(withExample(get, `sandglass get ${ID} --json`))
    .addOption(jsonOption())
    .action(async (id: string, flags: GetFlags) => (await import('./commands/get.ts')).get(context, id, flags));

  const explain = program
    .command('explain')
    .description('Say why a sandbox is in its state, what was last tried, and what comes next.')
    .argument('<id>', ID_MEANING, sandboxId);
  withService(withExample(explain, `sandglass explain ${ID}`))
    .addOption(jsonOption())
    .action(async (id: string, flags: ExplainFlags) =>
      (await import('./commands/explain.ts')).explain(context, id, flags),
    );
  addStreams(program, context);
  addTop(program, context);
}

function addLs(program: Command, context: ProgramContext): void {
  const ls = program.command('ls').description('List sandboxes, newest first; all but deleted ones.');
  withService(withExample(ls, 'sandglass ls --state running --label project=demo'))
    .option('--state <states>', 'a comma list, such as running,stopped', stateList)
    .option('-l, --label <name=value>', 'only with that label; may be repeated', labelPair)
    .option('-t, --template <name>', 'only of that template', templateName)
    .option('--tenant <tenant>', 'for admin keys: only of that tenant', tenantName)
    .option('-n, --limit <count>', 'so many at most', countBetween(1, 1_000_000))
    .option('-q, --quiet', 'print ids alone')
    .addOption(jsonOption())
    .action(async (flags: LsFlags) => (await import('./commands/ls.ts')).ls(context, flags));
}

function addStreams(program: Command, context: ProgramContext): void {
  const logs = program
    .command('logs')
    .description('Print what the main process of a sandbox wrote, of a stopped one too.')
    .argument('<id>', ID_MEANING, sandboxId);
  withService(withExample(logs, `sandglass logs -f ${ID}`))
    .option('-f, --follow', 'go on until it stops')
    .option('-n, --tail <lines>', 'from so many lines before its end; 1000 when left out', countBetween(0, 10_000))
    .option('-t, --timestamps', 'say when each line was written')
    .addOption(jsonOption())
    .action(async (id: string, flags: LogsFlags) => (await import('./commands/logs.ts')).logs(context, id, flags));

  const events = program
    .command('events')
    .description('Print what happened to a sandbox; with -f what happens from now on, to one or to all.')
    .argument('[id]', ID_MEANING, sandboxId);
  withService(withExample(events, 'sandglass events -f --json'))
    .option('-f, --follow', 'go on until Ctrl-C')
    .addOption(jsonOption())
    .action(async (id: string | undefined, flags: EventsFlags) =>
      (await import('./commands/events.ts')).events(context, id, flags),
    );
}

function addTop(program: Command, context: ProgramContext): void {
  const top = program
    .command('top')
    .description('Show the memory and cpu of sandboxes, on a terminal again and again until Ctrl-C.')
    .argument('[ids...]', 'ids of sandboxes, or their beginnings; all that run when left out', sandboxIds);
  withService(withExample(top, 'sandglass top --interval 5'))
    .option('--interval <seconds>', 'between two looks', countBetween(1, 3_600), 2)
    .option('--once', 'look once, on a terminal too')
    .addOption(jsonOption())
    .action(async (ids: readonly string[] = [], flags: TopFlags) =>
      (await import('./commands/top.ts')).top(context, ids, flags),
    );
}
