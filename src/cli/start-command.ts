import { type Command, Option } from 'commander';
import { positiveInteger, positiveNumber } from './args/bound.ts';
import { labelPair, variablePair } from './args/name-value.ts';
import { sandboxId } from './args/sandbox-id.ts';
import { sizeMb } from './args/size.ts';
import { spanOrNone, spanSeconds } from './args/span.ts';
import { absolutePath, imageName, plainText, runtimeName, templateName, userName } from './args/start-names.ts';
import type { ProgramContext } from './command-context.ts';
import type { StartFlags } from './commands/start.ts';
import { jsonOption, withService } from './service-options.ts';
import { withExample } from './with-example.ts';

const EXAMPLE = 'sandglass start --template base --label project=demo --timeout 30m --on-timeout pause';

export function addStartCommand(program: Command, context: ProgramContext): void {
  const start = program
    .command('start')
    .description('Start a sandbox, and wait until it runs.')
    .argument('[command...]', 'after --: its main process, whose end ends the sandbox; without it the sandbox idles');
  withLifetime(withWhat(withService(withExample(start, EXAMPLE))))
    .option('-q, --quiet', 'print its id alone')
    .addOption(jsonOption())
    .action(async (words: readonly string[], flags: StartFlags) => {
      const { start: run } = await import('./commands/start.ts');
      await run(context, { words, isAfterDashes: context.argv.includes('--') }, flags);
    });
}

function withWhat(command: Command): Command {
  return command
    .addOption(new Option('-t, --template <name>', 'what it is made from').argParser(templateName).conflicts('image'))
    .option('-i, --image <image>', 'the image, in place of a template', imageName)
    .option('--id <id>', 'its id; chosen when left out', sandboxId)
    .option('-l, --label <name=value>', 'a label; may be repeated', labelPair)
    .option('-e, --env <NAME=value>', 'a variable; NAME alone takes its value here; may be repeated', variablePair)
    .option('-u, --user <user>', 'who its processes run as', userName)
    .option('-w, --workdir <path>', 'where its processes begin', absolutePath)
    .option('--cpus <cpus>', 'CPUs, also parts of one', positiveNumber)
    .option('--memory <size>', 'such as 512m or 2g', sizeMb)
    .option('--disk <size>', 'of what it writes, such as 2g', sizeMb)
    .option('--pids <count>', 'processes and threads', positiveInteger)
    .option('--runtime <name>', 'container runtime', runtimeName)
    .option('--no-internet', 'reach nothing outside')
    .option('--reuse-key <key>', 'find the sandbox of this key, or start it', plainText);
}

/** What `start` and `extend` say of a lifetime. */
export function withLifetime(command: Command): Command {
  return command
    .option('--timeout <span>', 'from the start until it ends: 90s, 15m, 2h, 3d or none', spanOrNone)
    .option('--idle <span>', 'without activity until it ends, or none', spanOrNone)
    .addOption(new Option('--on-timeout <action>', 'what happens then').choices(['stop', 'pause', 'delete']))
    .option('--auto-delete <span>', 'from its stop until it is deleted; 0 = at once', spanSeconds);
}
