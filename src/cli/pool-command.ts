import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import type { CapacityFlags } from './commands/capacity.ts';
import type { PoolFlags } from './commands/pool.ts';
import { jsonOption, withService } from './service-options.ts';
import { withExample } from './with-example.ts';

/** `sandglass pool`, with what it shows by default, and `sandglass capacity`. */
export function addPoolCommands(program: Command, context: CommandContext): void {
  const pool = withExample(
    program.command('pool').description('Show the warm containers, and by what a start finds one.'),
    'sandglass pool',
  );
  const show = pool.command('show', { isDefault: true }).description('Show the warm containers, by signature.');
  withService(withExample(show, 'sandglass pool --json'))
    .addOption(jsonOption())
    .action(async (flags: PoolFlags) => (await import('./commands/pool.ts')).showPool(context, flags));
  const sig = pool.command('sig').description('Print the signature of a start, without starting anything.');
  withService(withExample(sig, `echo '{ "template": "base" }' | sandglass pool sig -`))
    .addOption(jsonOption())
    .argument('<file>', 'JSON of the body of a start; - = standard input')
    .action(async (file: string, flags: PoolFlags) =>
      (await import('./commands/pool.ts')).showSignature(context, file, flags),
    );
  const capacity = program.command('capacity').description('Show the room for sandboxes, and what is in use of it.');
  withService(withExample(capacity, 'sandglass capacity --json'))
    .addOption(jsonOption())
    .action(async (flags: CapacityFlags) => (await import('./commands/capacity.ts')).showCapacity(context, flags));
}
