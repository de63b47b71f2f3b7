import type { Command } from 'commander';
import { UsageError } from './explain-error.ts';

/** Shown in the help, and when an argument is wrong. */
export function withExample(command: Command, example: string): Command {
  return command
    .allowExcessArguments(false)
    .addHelpText('after', `\nExample:\n  ${example}`)
    .exitOverride((error) => {
      throw error.exitCode === 0 || error.code === 'commander.help' ? error : new UsageError(error, example);
    });
}
