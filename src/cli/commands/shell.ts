import { WebSocket } from 'ws';
import { SandglassError, type Terminal } from '../../sdk/index.ts';
import type { ProgramContext } from '../command-context.ts';
import { type ConnectionFlags, connectionOptions } from '../connection-flags.ts';
import { findSandbox } from '../find-sandbox.ts';

export interface ShellFlags extends ConnectionFlags {
  readonly user?: string;
  readonly workdir?: string;
}

/** A login shell on this terminal; the program ends as it does. Every key goes to it, Ctrl-C too. */
export async function shell(context: ProgramContext, id: string, flags: ShellFlags): Promise<void> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY) {
    throw new SandglassError('invalid_request', 'A shell needs a terminal on both sides.', {
      hint: 'Without one: sandglass exec --shell ID -- "ls | wc -l"',
    });
  }
  const { columns: cols, rows } = stdout;
  const sandbox = await findSandbox(id, { ...connectionOptions(flags, context.env), webSocket: WebSocket });
  const place = { ...(flags.user && { user: flags.user }), ...(flags.workdir && { cwd: flags.workdir }) };
  const terminal = await sandbox.terminal({ cols, rows, ...place });
  const free = tied(terminal);
  try {
    for await (const piece of terminal.output) await context.output.write(piece);
  } finally {
    free();
  }
  context.endWith((await terminal.ended).exitCode);
}

/** Ties this terminal to that one, until the answer is called. */
function tied(terminal: Terminal): () => void {
  const { stdin, stdout } = process;
  const type = (keys: Buffer) => terminal.write(keys);
  const resize = () => terminal.resize({ cols: stdout.columns, rows: stdout.rows });
  const hangUp = () => terminal.close();
  stdin.setRawMode(true);
  stdin.on('data', type);
  stdout.on('resize', resize);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.once(signal, hangUp);
  // It may have changed while it was opened.
  resize();
  return () => {
    stdin.setRawMode(false);
    stdin.off('data', type);
    stdin.pause();
    stdout.off('resize', resize);
    for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.off(signal, hangUp);
  };
}
