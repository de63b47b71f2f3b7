import { CommanderError } from 'commander';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import type { Output } from './output.ts';
import { printable } from './printable.ts';

/** A wrong argument, with an example of right ones. */
export class UsageError extends Error {
  readonly example: string;

  constructor(cause: CommanderError, example: string) {
    super(cause.message.replace(/^error: /, ''), { cause });
    this.example = example;
  }
}

/** Says what went wrong and what to do next; answers with the exit code. Help and version are no errors. */
export function explainError(error: unknown, output: Output): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done.code : exitCodes.usage.code;
  if (error instanceof UsageError) {
    output.progress(printable(`${error.message}\nExample: ${error.example}`));
    return exitCodes.usage.code;
  }
  output.progress(printable(error instanceof Error ? error.message : String(error)));
  for (const line of furtherLines(error)) output.progress(printable(line));
  return exitCodeOf(error);
}

function furtherLines(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  const hint = 'hint' in error && typeof error.hint === 'string' ? [error.hint] : [];
  const request = 'requestId' in error && typeof error.requestId === 'string' ? [`Request ${error.requestId}`] : [];
  // What nobody foresaw is shown with its place.
  const place = 'code' in error || error.stack === undefined ? [] : [error.stack];
  return [...hint, ...request, ...place];
}
