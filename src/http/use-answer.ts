import type { Caller } from '../operations/caller.ts';
import type { Use } from '../operations/use-sandbox.ts';
import { useSandbox } from '../operations/use-sandbox.ts';
import type { Http, HttpContext } from './http-deps.ts';
import { type Exchange, type ExchangeOptions, exchange, sendBody, sendHead } from './use-exchange.ts';

type AgentAnswer = Awaited<ReturnType<Use['ask']>>;

/** Members of an agent's answer that are passed on; its others are of no concern to callers, or ours to say. */
const PASSED_ON = [
  'content-type',
  'content-length',
  'content-range',
  'content-disposition',
  'accept-ranges',
  'last-modified',
  'etag',
  'x-sandglass-entry',
];

/** As much is written at once, head and body together. */
const SMALL_BYTES = 64 * 1024;

export interface Asking extends Partial<ExchangeOptions> {
  readonly c: HttpContext;
  readonly caller: Caller;
  readonly id: string;
  readonly name: string;
  /** False for what only looks. */
  readonly isActivity?: boolean;
}

/** A call that goes on inside a sandbox that runs, answered on the connection itself. */
export function answerByUse(
  http: Http,
  { c, caller, id, name, isActivity = true, isEndless = false }: Asking,
  answer: (exchange: Exchange, use: Use) => Promise<void>,
): Promise<Response> {
  const isUse = isActivity && c.req.header('x-sandglass-no-activity') !== '1';
  return exchange(http, c, { isEndless }, async (open) => {
    const wish = { name, over: open.over, isActivity: isUse };
    const use = await useSandbox(http.deps.operations, caller, id, wish);
    c.get('facts').incarnation = use.row.incarnation;
    try {
      await answer(open, use);
    } finally {
      use.close();
    }
  });
}

/** The agent's answer as it is. */
export async function passOn(open: Exchange, use: Use, answer: AgentAnswer): Promise<void> {
  const headers: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = answer.headers[name];
    if (typeof value === 'string') headers[name] = value;
  }
  const isSmall = Number(headers['content-length'] ?? Number.NaN) <= SMALL_BYTES;
  if (!isSmall || open.c.req.method === 'HEAD') {
    sendHead(open, answer.status, headers);
    return sendBody(open, answer.body, use.touch);
  }
  const body = await wholeOf(answer.body).catch(async () => {
    throw await use.whyEnded();
  });
  use.touch();
  sendHead(open, answer.status, headers);
  open.outgoing.end(body);
}

function wholeOf(body: AgentAnswer['body']): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    body.on('data', (chunk: Buffer) => chunks.push(chunk));
    body.once('end', () => resolve(Buffer.concat(chunks)));
    body.once('error', reject);
  });
}
