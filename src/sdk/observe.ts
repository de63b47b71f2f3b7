import { bodyWith } from './checked-body.ts';
import type { Connection } from './connection.ts';
import type { Metrics, ProcessView } from './wire.ts';

export interface LogOptions {
  /** From so many lines before its end; default 1,000. */
  readonly tail?: number;
  readonly signal?: AbortSignal | undefined;
}

export async function getLogs(connection: Connection, id: string, { tail, signal }: LogOptions): Promise<string> {
  const headers = { accept: 'text/plain' };
  return (await connection.open({ method: 'GET', path: pathOf(id, 'logs'), query: { tail }, headers, signal })).text();
}

export interface MetricsOptions {
  /** True = read now, with what only a look at each process tells. */
  readonly detail?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export async function getMetrics(
  connection: Connection,
  id: string,
  { detail, signal }: MetricsOptions,
): Promise<Metrics> {
  const query = { detail };
  const path = pathOf(id, 'metrics');
  const { body } = await connection.ask({ method: 'GET', path, query, isRepeatable: true, signal });
  return bodyWith<Metrics>(body, 'history');
}

export async function listProcesses(
  connection: Connection,
  id: string,
  signal?: AbortSignal,
): Promise<readonly ProcessView[]> {
  const { body } = await connection.ask({ method: 'GET', path: pathOf(id, 'processes'), isRepeatable: true, signal });
  return bodyWith<{ items: ProcessView[] }>(body, 'items').items;
}

function pathOf(id: string, what: string): string {
  return `/v1/sandboxes/${encodeURIComponent(id)}/${what}`;
}
