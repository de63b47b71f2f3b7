import type { Output } from './output.ts';

/** What a command gets from the process that runs it. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly output: Output;
}

/** The same for the whole program, with what is told of a command that ends well and still not with 0. */
export interface ProgramContext extends CommandContext {
  endWith(exitCode: number): void;
}
