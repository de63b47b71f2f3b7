import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { eventually } from './api.ts';

export interface Program {
  readonly name: string;
  readonly program: string;
  readonly argv: readonly string[];
  /** Its own, and taken along when it is closed. */
  readonly folder: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly isAnswering: () => Promise<boolean>;
}

const STOP_DEADLINE_MS = 5_000;

/** Runs a program until it answers; throws with what it said when it does not. */
export async function runProgram(run: Program): Promise<{ close(): Promise<void> }> {
  const { name, program, argv, folder, isAnswering } = run;
  const child = spawn(program, [...argv], { env: { ...process.env, ...run.env }, stdio: ['ignore', 'ignore', 'pipe'] });
  const complaints: string[] = [];
  child.stderr.on('data', (piece: Buffer) => complaints.push(piece.toString('utf8')));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const close = async () => {
    await end(child, exited);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await eventually(`${name} answers`, () => {
      if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
      return isAnswering();
    });
  } catch (error) {
    await close();
    throw new Error(`${name} did not start: ${complaints.join('')}`, { cause: error });
  }
  return { close };
}

/** A TCP port of 127.0.0.1 that nobody listens on. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

async function end(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  await exited;
  clearTimeout(timer);
}
