import type { Command } from 'commander';
import { sandboxId } from './args/sandbox-id.ts';
import type { ProgramContext } from './command-context.ts';
import type { ExplainFlags } from './commands/explain.ts';
import type { GetFlags } from './commands/get.ts';
import { jsonOption, withService } from './service-options.ts';
import { withExample } from './with-example.ts';

/** What tells of sandboxes and changes nothing. */
export function addLookCommands(program: Command, context: ProgramContext): void {
  const get = program.command('get').description('Show a sandbox.').argument('<id>', 'id of the sandbox', sandboxId);
  withService(withExample(get, 'sandglass get k3v9x0q2m7b1c8d4e5f6 --json'))
    .addOption(jsonOption())
    .action(async (id: string, flags: GetFlags) => (await import('./commands/get.ts')).get(context, id, flags));

  const explain = program
    .command('explain')
    .description('Say why a sandbox is in its state, what was last tried, and what comes next.')
    .argument('<id>', 'id of the sandbox', sandboxId);
  withService(withExample(explain, 'sandglass explain k3v9x0q2m7b1c8d4e5f6'))
    .addOption(jsonOption())
    .action(async (id: string, flags: ExplainFlags) =>
      (await import('./commands/explain.ts')).explain(context, id, flags),
    );
}
