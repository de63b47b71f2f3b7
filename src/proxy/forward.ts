import type { Call } from './call.ts';
import { DialError } from './dial.ts';
import { dialRefusal } from './dial-refusal.ts';
import { type OpenExchange, openExchange } from './exchange.ts';
import { hasBody, inwardBody } from './inward-body.ts';
import { inwardHeaders } from './inward-headers.ts';
import { outwardHeaders } from './outward-headers.ts';
import { rawHeader } from './raw-header.ts';

/** Methods that may be said twice, when the connection they were said on turned out to be dead. */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS']);
const CONTINUE = /100-continue/i;

/** Sends a request inside and its answer back, each byte when it comes, at the pace of whoever is slower. */
export function forward(call: Call): void {
  const { request, response, target, route, run, touch } = call;
  const exchange = openExchange(call);
  let isRepeated = false;
  const dispatch = () => {
    const body = inwardBody(request, { ...exchange.inward, onBytes: touch });
    const headers = inwardHeaders(request, target, route);
    run.dispatch(target.port, { path: target.path, method: request.method ?? 'GET', headers, body }, handler);
  };
  const handler = {
    ...answerInto(call, exchange),
    onError(error: Error) {
      if (exchange.isOver()) return;
      const isUnanswered = !response.headersSent && !(error instanceof DialError);
      if (isUnanswered && !isRepeated && REPEATABLE.has(request.method ?? '') && !hasBody(request)) {
        isRepeated = true;
        dispatch();
        return;
      }
      const failed = dialRefusal(error, target);
      exchange.finish(response.headersSent ? 'cut' : failed.code, response.headersSent ? null : failed);
    },
  };
  touch();
  if (isExpecting(request)) response.writeContinue();
  dispatch();
}

/** What undici tells of an answer, passed on as it is told. */
function answerInto({ response, target, touch }: Call, exchange: OpenExchange) {
  return {
    onConnect: exchange.abortBy,
    onHeaders(status: number, raw: Buffer[], resume: () => void, text: string) {
      const answer = outwardHeaders(raw.map(latin1), target);
      if (status < 200) return inform(response, status, answer.headers);
      touch();
      response.sendDate = false;
      response.writeHead(status, text, answer.headers);
      exchange.begun(answer.isStream, resume);
      // The first bytes mostly come along: one write for both.
      process.nextTick(flushHead, response);
      return true;
    },
    onData(chunk: Buffer) {
      touch();
      if (response.write(chunk)) return true;
      exchange.blocked();
      return false;
    },
    onComplete(trailers: unknown[] | null) {
      if (trailers !== null && trailers.length > 0 && response.chunkedEncoding) {
        response.addTrailers(pairs(trailers.map(latin1)));
      }
      response.end();
      exchange.served();
    },
  };
}

function isExpecting({ rawHeaders, httpVersionMinor }: Call['request']): boolean {
  return httpVersionMinor > 0 && CONTINUE.test(rawHeader(rawHeaders, 'expect') ?? '');
}

/** Early hints pass; other interim answers say nothing to a client. */
function inform(response: Call['response'], status: number, headers: readonly string[]): true {
  if (status === 102) response.writeProcessing();
  const link = headers.filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === 'link');
  if (status === 103 && link.length > 0) response.writeEarlyHints({ link });
  return true;
}

function flushHead(response: Call['response']): void {
  if (!response.writableEnded && !response.destroyed) response.flushHeaders();
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[i * 2] ?? '', flat[i * 2 + 1] ?? '']);
}

/** Header bytes as they are: node writes headers in the same encoding. */
function latin1(bytes: unknown): string {
  return Buffer.isBuffer(bytes) ? bytes.toString('latin1') : String(bytes);
}
