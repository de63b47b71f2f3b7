import { Argument, type Command } from 'commander';
import type { ProgramContext } from './command-context.ts';
import type { Shell } from './commands/completion.ts';
import { withExample } from './with-example.ts';

export function addCompletionCommands(program: Command, context: ProgramContext): void {
  const completion = program
    .command('completion')
    .description(
      'Print what makes a shell complete commands, options and ids; put its eval into your .bashrc or .zshrc.',
    )
    .addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh']));
  withExample(completion, 'eval "$(sandglass completion bash)"').action(async (shell: Shell) =>
    (await import('./commands/completion.ts')).completion(context, shell),
  );

  // What those scripts call.
  const complete = program.command('complete', { hidden: true }).argument('[words...]').allowUnknownOption();
  withExample(complete, 'sandglass complete -- get k3v').action(async (words: readonly string[]) =>
    (await import('./commands/complete.ts')).complete(context, program, words),
  );
}
