import { CommanderError } from 'commander';
import { CLOSED_PIPE_EXIT_CODE, ClosedPipe } from './closed-pipe.ts';
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
  if (error instanceof ClosedPipe) return CLOSED_PIPE_EXIT_CODE;
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
  return [...fields(error), ...logTail(error), ...hint, ...request, ...place];
}

/** Every field that the service found wrong, where there are several. */
function fields(error: Error): readonly string[] {
  const errors = detail(error, 'errors');
  if (!Array.isArray(errors) || errors.length < 2) return [];
  return errors.map((one: unknown) => {
    const { path = '', message = '' } = Object(one);
    return `  ${path}: ${message}`;
  });
}

/** The last that a sandbox wrote which did not start. */
function logTail(error: Error): readonly string[] {
  const text = detail(error, 'logTail');
  return typeof text === 'string' && text.trim() !== '' ? ['The end of its log:', text.trimEnd()] : [];
}

function detail(error: Error, name: string): unknown {
  return 'details' in error ? Object(error.details)[name] : undefined;
}
