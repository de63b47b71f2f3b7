import { type Command, Option } from 'commander';
import { argvList } from './args/argv.ts';
import { countList } from './args/count-list.ts';
import { runtimeList } from './args/runtime-list.ts';
import { spanAboveZero } from './args/span.ts';
import type { ProgramContext } from './command-context.ts';
import type { MatrixFlags } from './commands/matrix.ts';
import { withService } from './service-options.ts';
import { withExample } from './with-example.ts';

const MOST_AT_ONCE = 1_000;

/** `sandglass matrix`. */
export function addMatrixCommand(program: Command, context: ProgramContext): void {
  const matrix = program
    .command('matrix')
    .description(
      'Say what each container runtime of the engine can do here, measured on sandboxes that it starts and removes. Needs an admin key.',
    );
  withService(withExample(matrix, 'sandglass matrix --runtime runc,runsc --startup 1,10'))
    .option('--runtime <names>', 'which, separated by commas; all of the engine when not given', runtimeList)
    .addOption(new Option('--format <format>', 'how it is printed').choices(['markdown', 'json']).default('markdown'))
    .option('--save', 'also write matrix-<time>.json and .md here')
    .option('--startup <counts>', `starts at once, 1 to ${MOST_AT_ONCE}`, countList(1, MOST_AT_ONCE), [1, 10, 50, 100])
    .option('--timeout <span>', 'longest time for one start, stop or wait', spanAboveZero, 300)
    .option('--restart-command <argv>', 'JSON list of words that restarts the service', argvList)
    .option(
      '--orphan-command <argv>',
      'JSON list of words that makes a container of the service that no sandbox has; {service}, {id}, {runtime}, {image} are filled in',
      argvList,
    )
    .action(async (flags: MatrixFlags) => (await import('./commands/matrix.ts')).matrix(context, flags));
}
