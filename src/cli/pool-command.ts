import type { Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { type CapacityFlags, showCapacity } from './commands/capacity.ts';
import { type PoolFlags, showPool, showSignature } from './commands/pool.ts';
import { jsonOption, withExample } from './with-example.ts';

/** `sandglass pool`, with what it shows by default, and `sandglass capacity`. */
export function addPoolCommands(program: Command, context: CommandContext): void {
  const pool = withExample(
    program.command('pool').description('Show the warm containers, and by what a start finds one.'),
    'sandglass pool',
  );
  const show = pool.command('show', { isDefault: true }).description('Show the warm containers, by signature.');
  withService(withExample(show, 'sandglass pool --json')).action((flags: PoolFlags) => showPool(context, flags));
  const sig = pool.command('sig').description('Print the signature of a start, without starting anything.');
  withService(withExample(sig, `echo '{ "template": "base" }' | sandglass pool sig -`))
    .argument('<file>', 'JSON of the body of a start; - = standard input')
    .action((file: string, flags: PoolFlags) => showSignature(context, file, flags));
  const capacity = program.command('capacity').description('Show the room for sandboxes, and what is in use of it.');
  withService(withExample(capacity, 'sandglass capacity --json')).action((flags: CapacityFlags) =>
    showCapacity(context, flags),
  );
}

function withService(command: Command): Command {
  return command
    .option('--url <url>', 'address of the service (SANDGLASS_URL)')
    .option('--key <key>', 'API key (SANDGLASS_API_KEY, or the first one in the data directory)')
    .addOption(jsonOption());
}
