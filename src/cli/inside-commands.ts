import type { Command } from 'commander';
import { type CopyPlace, copyPlace } from './args/copy-path.ts';
import { variablePair } from './args/name-value.ts';
import { sandboxId } from './args/sandbox-id.ts';
import { spanOrNone } from './args/span.ts';
import { plainText, userName } from './args/start-names.ts';
import type { ProgramContext } from './command-context.ts';
import type { CpFlags } from './commands/cp.ts';
import type { ExecFlags } from './commands/exec.ts';
import type { ShellFlags } from './commands/shell.ts';
import { jsonOption, withService } from './service-options.ts';
import { withExample } from './with-example.ts';

const ID = 'k3v9x0q2m7b1c8d4e5f6';
const ID_MEANING = 'id of the sandbox, or its beginning';

/** What works inside of a sandbox. */
export function addInsideCommands(program: Command, context: ProgramContext): void {
  const exec = program
    .command('exec')
    .description('Run a command in a sandbox; ends with its exit code. What is piped in is what it reads.')
    .argument('<id>', ID_MEANING, sandboxId)
    .argument('<command...>', 'the program and its arguments, as they are')
    .passThroughOptions();
  withPlace(withService(withExample(exec, `sandglass exec ${ID} -- python3 -c 'print(1)'`)))
    .option('-s, --shell', 'run the words as one line of a login shell')
    .option('-i, --stdin', 'wait for standard input to its end, also when it says nothing for long')
    .option('-e, --env <NAME=value>', 'a variable; NAME alone takes its value here; may be repeated', variablePair)
    .option('--timeout <span>', 'then it is killed; none when left out', spanOrNone)
    .addOption(jsonOption())
    .action(async (id: string, words: readonly string[], flags: ExecFlags) =>
      (await import('./commands/exec.ts')).exec(context, id, words, flags),
    );

  const shell = program
    .command('shell')
    .description('Open a shell in a sandbox on this terminal; ends with its exit code.')
    .argument('<id>', ID_MEANING, sandboxId);
  withPlace(withService(withExample(shell, `sandglass shell ${ID}`))).action(async (id: string, flags: ShellFlags) =>
    (await import('./commands/shell.ts')).shell(context, id, flags),
  );

  const cp = program
    .command('cp')
    .description('Copy a file or a folder into a sandbox, or out of it; links are kept, and never lead out.')
    .argument('<from>', 'a path here, or ID:PATH; - = standard input', copyPlace)
    .argument('<to>', 'ID:PATH, or a path here; - = standard output', copyPlace);
  withService(withExample(cp, `sandglass cp ./src ${ID}:/home/user/src`))
    .option('-u, --user <user>', 'whose home relative paths are in, and who owns what is made', userName)
    .option('-q, --quiet', 'say nothing of the progress')
    .action(async (from: CopyPlace, to: CopyPlace, flags: CpFlags) =>
      (await import('./commands/cp.ts')).cp(context, { from, to }, flags),
    );
}

function withPlace(command: Command): Command {
  return command
    .option('-u, --user <user>', 'who runs it', userName)
    .option('-w, --workdir <path>', 'where it begins', plainText);
}
