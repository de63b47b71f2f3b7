import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import { type ExecOptions, type Sandbox, SandglassError } from '../../sdk/index.ts';
import { type Span, secondsOf } from '../args/span.ts';
import { ClosedPipe } from '../closed-pipe.ts';
import type { CommandContext, ProgramContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import { findSandbox } from '../find-sandbox.ts';
import type { Output } from '../output.ts';
import { standardInput } from '../standard-input.ts';
import { type CommandInput, withInput } from './exec-input.ts';

export interface ExecFlags extends ConnectionFlags {
  readonly shell?: boolean;
  readonly stdin?: boolean;
  readonly user?: string;
  readonly workdir?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeout?: Span;
  readonly json?: boolean;
}

const ENDING: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Runs a command in a sandbox; the program ends as the command does. What ends this one, a signal or a pipe that
 * is closed, kills it too. */
export async function exec(
  context: ProgramContext,
  id: string,
  words: readonly string[],
  flags: ExecFlags,
): Promise<void> {
  // What follows the id is not looked at: dashes that end the options of ours stand in it.
  const command = words[0] === '--' ? words.slice(1) : words;
  if (command.length === 0 || command.some((word) => word.includes('\0'))) {
    throw new SandglassError('invalid_request', 'There is no command to run.', {
      hint: 'Example: sandglass exec k3v9x0q2m7b1c8d4e5f6 -- ls -l',
    });
  }
  const sandbox = await findSandbox(id, connectionOptions(flags, context.env));
  const asked = flags.shell ? command.join(' ') : command;
  const { command: run, ...stdin } = await inputOf(context, sandbox, asked, flags);
  const options = { ...optionsOf(flags), ...stdin, execId: randomBytes(8).toString('hex') };
  const caught = killedBySignals(sandbox, options.execId);
  try {
    const code = flags.json
      ? await captured(context.output, sandbox, run, options)
      : await streamed(context.output, sandbox, run, options);
    context.endWith(caught.exitCode() ?? code);
  } catch (error) {
    if (error instanceof ClosedPipe) await sandbox.killExec(options.execId).catch(() => undefined);
    throw error;
  } finally {
    caught.close();
  }
}

async function inputOf(
  { output }: CommandContext,
  sandbox: Sandbox,
  command: string | readonly string[],
  flags: ExecFlags,
): Promise<CommandInput> {
  const input = await standardInput(flags.stdin ?? false);
  if (input === 'silent') {
    output.progress('Standard input stays open and says nothing: the command gets none of it. --stdin waits for it.');
  }
  return typeof input === 'string' ? { command } : withInput(sandbox, command, { input, user: flags.user });
}

function optionsOf({ user, workdir, env, timeout = 'none' }: ExecFlags): ExecOptions {
  return {
    timeoutSeconds: secondsOf(timeout),
    ...(user === undefined ? {} : { user }),
    ...(workdir === undefined ? {} : { cwd: workdir }),
    ...(env === undefined ? {} : { env: { ...env } }),
  };
}

type Command = string | readonly string[];

async function streamed(output: Output, sandbox: Sandbox, command: Command, options: ExecOptions): Promise<number> {
  for await (const event of sandbox.execStream(command, options)) {
    if (event.type === 'stdout' || event.type === 'stderr') await output.write(event.data, event.type);
    if (event.type !== 'end') continue;
    if (event.timedOut) output.progress('Its time was over: it was killed.');
    return event.exitCode;
  }
  throw new SandglassError('unreachable', 'The stream of the command broke off.');
}

async function captured(output: Output, sandbox: Sandbox, command: Command, options: ExecOptions): Promise<number> {
  const result = await sandbox.exec(command, options);
  output.result(JSON.stringify(result, null, 2));
  return result.exitCode;
}

/** The command would go on without anybody who reads it. */
function killedBySignals(sandbox: Sandbox, execId: string) {
  let exitCode: number | undefined;
  const kill = (signal: NodeJS.Signals) => {
    const code = 128 + constants.signals[signal];
    // Twice is somebody who does not want to wait.
    if (exitCode !== undefined) process.exit(code);
    exitCode = code;
    sandbox.killExec(execId).catch(() => process.exit(code));
  };
  for (const signal of ENDING) process.on(signal, kill);
  return {
    exitCode: () => exitCode,
    close() {
      for (const signal of ENDING) process.off(signal, kill);
    },
  };
}
