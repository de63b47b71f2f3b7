import type { LogLine } from '../../contract/logs.ts';
import type { Connection } from '../../sdk/connection.ts';
import { responseLines } from '../../sdk/response-lines.ts';

const TAIL_LINES = 2_000;

interface Following {
  readonly isFollowed: boolean;
  readonly signal: AbortSignal;
  readonly onOpen: () => void;
}

/** Lines of the main process until it ends. Throws when the connection breaks. */
export async function followLog(
  connection: Connection,
  id: string,
  { isFollowed, signal, onOpen }: Following,
  take: (line: LogLine) => void,
): Promise<void> {
  const path = `/v1/sandboxes/${encodeURIComponent(id)}/logs`;
  const headers = { accept: 'application/x-ndjson' };
  const query = { tail: TAIL_LINES, follow: isFollowed };
  const response = await connection.open({ method: 'GET', path, query, headers, signal });
  onOpen();
  for await (const line of responseLines<LogLine>(response)) take(line);
}
