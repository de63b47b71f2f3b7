import type { Output } from './output.ts';

/** What a command gets from the process that runs it. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly output: Output;
}

/** The same for the whole program. */
export interface ProgramContext extends CommandContext {
  /** The command line, without the name of the program. */
  readonly argv: readonly string[];
  /** Told of a command that ends well and still not with 0. */
  endWith(exitCode: number): void;
}
