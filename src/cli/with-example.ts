import { type Command, Option } from 'commander';
import { UsageError } from './explain-error.ts';

export function jsonOption(): Option {
  return new Option('--json', 'for machines');
}

/** Shown in the help, and when an argument is wrong. */
export function withExample(command: Command, example: string): Command {
  return command
    .allowExcessArguments(false)
    .addHelpText('after', `\nExample:\n  ${example}`)
    .exitOverride((error) => {
      throw error.exitCode === 0 || error.code === 'commander.help' ? error : new UsageError(error, example);
    });
}
