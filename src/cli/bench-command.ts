import type { Command } from 'commander';
import { countBetween } from './args/count.ts';
import { templateName } from './args/start-names.ts';
import type { ProgramContext } from './command-context.ts';
import type { BenchFlags } from './commands/bench.ts';
import { jsonOption, withService } from './service-options.ts';
import { withExample } from './with-example.ts';

/** `sandglass bench`. */
export function addBenchCommand(program: Command, context: ProgramContext): void {
  const bench = program
    .command('bench')
    .description('Say how long starting, using and deleting sandboxes takes here; deletes what it starts.');
  withService(withExample(bench, 'sandglass bench --count 50 --concurrency 4'))
    .option('-n, --count <count>', 'sandboxes, 1 to 10000', countBetween(1, 10_000), 20)
    .option('-c, --concurrency <count>', 'sandboxes at a time, 1 to 200', countBetween(1, 200), 1)
    .option('-t, --template <name>', 'what they are made from', templateName)
    .addOption(jsonOption())
    .action(async (flags: BenchFlags) => (await import('./commands/bench.ts')).bench(context, flags));
}
