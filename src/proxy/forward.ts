import type { Call, Outcome } from './call.ts';
import { DialError } from './dial.ts';
import { dialRefusal } from './dial-refusal.ts';
import { hasBody, inwardBody } from './inward-body.ts';
import { inwardHeaders } from './inward-headers.ts';
import { outwardHeaders } from './outward-headers.ts';
import { notRunning, type Refusal, refuse } from './refusal.ts';
import type { Exchange } from './runs.ts';
import type { Flow } from './stall-watch.ts';

/** Methods that may be said twice, when the connection they were said on turned out to be dead. */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS']);
const CONTINUE = /100-continue/i;

/** Sends a request inside and its answer back, each byte when it comes, at the pace of whoever is slower. */
export function forward(call: Call): void {
  const { request, response, target, route, run, stalls, touch } = call;
  let outcome: Outcome | null = null;
  let abort: (reason: Error) => void = () => undefined;
  let resumeInside: () => void = () => undefined;
  let isRepeated = false;
  let isEndless = false;

  const finish = (how: Outcome, reason: Refusal | null) => {
    outcome ??= how;
    abort(new Error(how));
    if (reason !== null) refuse(response, reason);
    else response.destroy();
  };
  const stalled = () => finish('stalled', null);
  const outward: Flow = { sandboxId: route.id, stalled };
  const inward: Flow = { sandboxId: route.id, stalled };
  const exchange: Exchange = {
    end: (why) => {
      if (!response.headersSent) response.setHeader('Connection', 'close');
      finish('cut', why === 'stopped' && !response.headersSent ? notRunning(route.id) : null);
    },
    get isEndless() {
      return isEndless;
    },
  };
  run.exchanges.add(exchange);
  response.sendDate = false;
  response.on('drain', () => {
    stalls.release(outward);
    resumeInside();
  });
  response.once('close', () => {
    run.exchanges.delete(exchange);
    stalls.release(outward);
    stalls.release(inward);
    if (outcome === null) finish('left', null);
    call.over(outcome ?? 'left');
  });

  const handler = {
    onConnect(abortInside: (reason?: Error) => void) {
      abort = abortInside;
      if (outcome !== null || response.destroyed) abortInside(new Error('over'));
    },
    onHeaders(status: number, raw: Buffer[], resume: () => void, text: string) {
      const answer = outwardHeaders(raw.map(latin1), target);
      if (status < 200) return inform(call, status, answer.headers);
      touch();
      response.writeHead(status, text, answer.headers);
      isEndless = answer.isStream;
      resumeInside = resume;
      // The first bytes mostly come along: one write for both.
      process.nextTick(flushHead, response);
      return true;
    },
    onData(chunk: Buffer) {
      touch();
      if (response.write(chunk)) return true;
      stalls.block(outward);
      return false;
    },
    onComplete(trailers: unknown[] | null) {
      outcome ??= 'served';
      if (trailers !== null && trailers.length > 0 && response.chunkedEncoding) {
        response.addTrailers(pairs(trailers.map(latin1)));
      }
      response.end();
      if (response.writableLength > 0) stalls.block(outward);
    },
    onError(error: Error) {
      if (outcome !== null) return;
      const isUnanswered = !response.headersSent && !(error instanceof DialError);
      if (isUnanswered && !isRepeated && REPEATABLE.has(request.method ?? '') && !hasBody(request)) {
        isRepeated = true;
        dispatch();
        return;
      }
      const failed = dialRefusal(error, target);
      finish(response.headersSent ? 'cut' : failed.code, response.headersSent ? null : failed);
    },
  };
  const dispatch = () => {
    const body = inwardBody(request, {
      onBytes: touch,
      onBlocked: () => stalls.block(inward),
      onFlowing: () => stalls.release(inward),
    });
    const headers = inwardHeaders(request, target, route);
    run.poolOf(target.port).dispatch({ path: target.path, method: request.method ?? 'GET', headers, body }, handler);
  };
  touch();
  if (CONTINUE.test(request.headers.expect ?? '') && request.httpVersionMinor > 0) response.writeContinue();
  dispatch();
}

/** Early hints pass; other interim answers say nothing to a client. */
function inform({ response }: Call, status: number, headers: readonly string[]): true {
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
