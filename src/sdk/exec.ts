import { bodyWith } from './checked-body.ts';
import type { Connection } from './connection.ts';
import type { ExecOptions, ExecResult, ExecView } from './wire.ts';

export interface ExecCall extends ExecOptions {
  /** Ends the call; the command goes on. */
  readonly signal?: AbortSignal | undefined;
}

export async function runCommand(
  connection: Connection,
  id: string,
  command: string | readonly string[],
  { signal, ...options }: ExecCall,
): Promise<ExecResult> {
  const { body } = await connection.ask({
    method: 'POST',
    path: execPath(id),
    body: { ...options, command },
    // It may have run: a second time could do harm.
    isRepeatable: false,
    // The command has a timeout of its own.
    timeoutMs: null,
    signal,
  });
  return bodyWith<ExecResult>(body, 'exitCode');
}

export async function listExecs(
  connection: Connection,
  id: string,
  signal: AbortSignal | undefined,
): Promise<readonly ExecView[]> {
  const { body } = await connection.ask({ method: 'GET', path: execPath(id), isRepeatable: true, signal });
  return bodyWith<{ items: ExecView[] }>(body, 'items').items;
}

/** SIGKILL to all of its process group; one that has ended is done. Throws `not_found`. */
export async function killExec(
  connection: Connection,
  id: string,
  execId: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const path = `${execPath(id)}/${encodeURIComponent(execId)}`;
  await connection.ask({ method: 'DELETE', path, isRepeatable: true, signal });
}

export function execPath(id: string): string {
  return `/v1/sandboxes/${encodeURIComponent(id)}/exec`;
}
