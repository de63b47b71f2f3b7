import type { Connection } from './connection.ts';
import { responseLines } from './response-lines.ts';
import { resumed } from './resumed.ts';
import type { LogLine } from './wire.ts';

export interface LogLinesOptions {
  /** From so many lines before its end, 0 to 10,000; default 1,000. */
  readonly tail?: number | undefined;
  /** True = goes on until the sandbox stops. */
  readonly follow?: boolean | undefined;
  /** Ends the reading. */
  readonly signal?: AbortSignal | undefined;
}

/** As many as the service looks back; what is missed of more lines than that is lost. */
const LOOK_BACK = 10_000;

/** What the main process wrote, line by line. A connection that breaks is taken up again after the last line that came. */
export async function* logLines(
  connection: Connection,
  id: string,
  { tail, follow = false, signal }: LogLinesOptions,
): AsyncGenerator<LogLine, void> {
  const seen = lastSeen();
  const lines = resumed(connection, {
    open: () =>
      connection.open({
        method: 'GET',
        path: `/v1/sandboxes/${encodeURIComponent(id)}/logs`,
        query: { tail: seen.isEmpty() ? tail : LOOK_BACK, follow: follow || undefined },
        headers: { accept: 'application/x-ndjson' },
        signal,
      }),
    read: (response) => seen.newOf(responseLines<LogLine>(response)),
    mayEnd: true,
    signal,
  });
  yield* lines;
}

/** The log has no numbers: a line is known by its instant, and by how many of that instant came before it. */
function lastSeen() {
  let at = '';
  let countAtIt = 0;
  return {
    isEmpty: () => at === '',
    async *newOf(lines: AsyncIterable<LogLine>): AsyncGenerator<LogLine, void> {
      const known = { at, left: countAtIt };
      for await (const line of lines) {
        if (line.at < known.at) continue;
        if (line.at === known.at && known.left-- > 0) continue;
        countAtIt = line.at === at ? countAtIt + 1 : 1;
        at = line.at;
        yield line;
      }
    },
  };
}
