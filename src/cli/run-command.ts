import type { CommandContext } from './command-context.ts';
import { exitCodes } from './exit-code.ts';
import { explainError } from './explain-error.ts';
import { sandglassProgram } from './program.ts';

/** Runs one command line, without the name of the program, and answers with its exit code. Never throws. */
export async function runCommand(argv: readonly string[], context: CommandContext): Promise<number> {
  let exitCode: number = exitCodes.done.code;
  const endWith = (code: number) => {
    exitCode = code;
  };
  const program = sandglassProgram({ ...context, argv, endWith });
  try {
    await program.parseAsync(argv, { from: 'user' });
    return exitCode;
  } catch (error) {
    return explainError(error, context.output);
  }
}
