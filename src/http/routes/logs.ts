import { z } from '@hono/zod-openapi';
import { type LogLine, logLineSchema, logsQuerySchema } from '../../contract/logs.ts';
import { sandboxPathSchema } from '../../contract/sandbox-fields.ts';
import { sandboxLogs } from '../../operations/sandbox-logs.ts';
import { addEndpoint } from '../endpoint.ts';
import type { Http } from '../http-deps.ts';
import { isoInstant } from '../instants.ts';
import { exchange, sendHead, sendLines, UNBUFFERED } from '../use-exchange.ts';

const LINES = 'application/x-ndjson';
const LINE_FEED = 0x0a;

type Pieces = Awaited<ReturnType<typeof sandboxLogs>>;
type LogPiece = Pieces extends AsyncIterable<infer P> ? P : never;

/** What the main process of a sandbox wrote. */
export function addLogRoute(http: Http): void {
  addEndpoint(
    http,
    {
      ...{ method: 'get', path: '/v1/sandboxes/{id}/logs', operationId: 'getLogs', tag: 'Observe' },
      summary:
        'The log of the main process, of a stopped sandbox too; a line per event by Accept: application/x-ndjson',
      params: sandboxPathSchema,
      query: logsQuerySchema,
      answers: {
        200: {
          description: 'Both output streams, oldest first',
          type: 'text/plain',
          schema: z.string().openapi({ example: 'listening on 8000\n' }),
          also: { type: LINES, schema: logLineSchema },
        },
      },
      errors: ['sandbox_not_found', 'gone', 'engine_unavailable'],
    },
    ({ c, caller, params: { id }, query: { tail: tailLines, follow: isFollowed } }) =>
      exchange(http, c, { isEndless: isFollowed }, async (open) => {
        const { leaving } = open;
        const pieces = await sandboxLogs(http.deps.operations, caller, id, { tailLines, isFollowed, leaving });
        const hasLines = (c.req.header('accept') ?? '').includes(LINES);
        sendHead(open, 200, { 'Content-Type': hasLines ? LINES : 'text/plain; charset=utf-8', ...UNBUFFERED });
        await sendLines(open, bytesOf(pieces, hasLines ? lineOf : ({ content }) => content, leaving));
      }),
  );
}

/** A service that ends is no failure of the log. */
async function* bytesOf(
  pieces: Pieces,
  form: (piece: LogPiece) => Buffer,
  leaving: AbortSignal,
): AsyncGenerator<Buffer> {
  try {
    for await (const piece of pieces) yield form(piece);
  } catch (error) {
    if (!leaving.aborted) throw error;
  }
}

function lineOf({ stream, atMs, content }: LogPiece): Buffer {
  const isWhole = content.at(-1) === LINE_FEED;
  const text = content.subarray(0, isWhole ? -1 : undefined).toString('utf8');
  const line: LogLine = { at: isoInstant(atMs), stream, text, ...(isWhole ? {} : { partial: true }) };
  return Buffer.from(`${JSON.stringify(line)}\n`);
}
