import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { errorMessage } from '../domain/errors.ts';
import type { Log } from '../observe/logger.ts';
import type { Activity } from '../ports/activity.ts';
import { AGENT_PORT } from '../ports/agent-client.ts';
import type { ChangeFeed } from '../ports/change-feed.ts';
import type { Clock } from '../ports/clock.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';
import type { Tokens } from '../ports/tokens.ts';
import { admission, type Visit } from './admission.ts';
import { isControlPath } from './agent-port.ts';
import { type Call, type Outcome, touchOf } from './call.ts';
import { dialer } from './dial.ts';
import { forward } from './forward.ts';
import { hasBody } from './inward-body.ts';
import { rawHeader } from './raw-header.ts';
import { notRunning, type Refusal, refusal, refuse } from './refusal.ts';
import { routeOf } from './route.ts';
import { routeCache } from './route-cache.ts';
import { runs } from './runs.ts';
import { signedCandidates } from './signed-candidates.ts';
import { isSignedBy, signedSearch } from './signed-search.ts';
import { readSignedUrl, type Sign } from './signed-url.ts';
import { stallWatch } from './stall-watch.ts';
import { type Recognition, recognise, signedTarget, type Target, type TargetForm } from './target.ts';
import { upgrade } from './upgrade.ts';

export interface DataPlaneDeps {
  readonly store: Pick<SandboxStore, 'find' | 'list'>;
  readonly feed: Pick<ChangeFeed, 'subscribe'>;
  readonly clock: Clock;
  readonly tokens: Tokens;
  readonly activity: Activity;
  readonly log: Log;
  /** Thaws a paused sandbox, with its full timeout. */
  readonly resume: (id: string) => Promise<void>;
  /** Computes the signature of a file's URL. */
  readonly sign: Sign;
  readonly hasPathForm: boolean;
  readonly stallMs: number;
  readonly onExchange: (form: TargetForm, outcome: Outcome) => void;
}

/** Traffic between clients and programs inside sandboxes, as it comes from the listener. */
export interface DataPlane {
  /** Takes a request that is for a sandbox; false for all others, untouched. */
  request(request: IncomingMessage, response: ServerResponse): boolean;
  /** The same for a request that asks for another protocol. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /** Ends what would not end by itself; the rest goes on. */
  endEndless(): void;
  /** Ends all. */
  close(): Promise<void>;
}

/** Builds the data plane over the ports; nothing is opened until a request comes. */
export function dataPlane(deps: DataPlaneDeps): DataPlane {
  const parts = assemble(deps);
  let isClosing = false;
  return {
    request(request, response) {
      const known = recogniseIn(deps, request);
      if (known.kind === 'none') return false;
      void serve(parts, known, { request, response, splice: null });
      return true;
    },
    upgrade(request, socket, head) {
      if (isClosing || !isSwitchable(request)) return false;
      const known = recogniseIn(deps, request);
      if (known.kind === 'none') return false;
      void serve(parts, known, { request, response: responseOn(request, socket), splice: { socket, head } });
      return true;
    },
    endEndless() {
      isClosing = true;
      parts.open.endEndless();
    },
    async close() {
      parts.unsubscribe();
      parts.routes.close();
      parts.candidates.close();
      parts.stalls.close();
      await parts.open.close();
    },
  };
}

function assemble(deps: DataPlaneDeps) {
  const routes = routeCache(deps);
  const candidates = signedCandidates(deps);
  const stalls = stallWatch(deps);
  const dial = dialer(deps);
  const open = runs({ dial });
  const unsubscribe = deps.feed.subscribe(({ row }) => {
    open.settle(routeOf(row));
    if (row.state === 'paused' || row.state === 'pausing' || row.state === 'resuming') stalls.freeze(row.id);
    else stalls.thaw(row.id);
  });
  const admit = admission({ ...deps, routes });
  const search = signedSearch({ ...deps, candidates });
  return { ...deps, routes, candidates, stalls, dial, open, unsubscribe, admit, search };
}

type Parts = ReturnType<typeof assemble>;

interface Arrival {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Set for a request that asks for another protocol. */
  readonly splice: { readonly socket: Duplex; readonly head: Buffer } | null;
}

type Ours = Exclude<Recognition, { kind: 'none' }>;

async function serve(parts: Parts, known: Ours, arrival: Arrival): Promise<void> {
  const { request, response } = arrival;
  const form = known.kind === 'target' ? known.target.form : known.kind === 'signed' ? 'signed' : 'path';
  const turnAway = (reason: Refusal) => {
    parts.onExchange(form, reason.code);
    refuse(response, reason);
  };
  try {
    if (known.kind === 'redirect') {
      response.writeHead(308, { Location: known.location, 'Content-Length': 0 }).end();
      return;
    }
    if (known.kind === 'refused') return turnAway(refusal('invalid_request', known.message));
    const found = known.kind === 'target' ? known : await targetOfSigned(parts, known.path, request);
    if ('refused' in found) return turnAway(found.refused);
    const { target } = found;
    if (target.port === AGENT_PORT && isControlPath(target.path)) {
      return turnAway(refusal('forbidden', 'This path of the agent is for the service alone', target.id));
    }
    const admitted = await parts.admit(visitOf(parts, target, arrival));
    if ('refused' in admitted) return turnAway(admitted.refused);
    pass(parts, { target, route: admitted.route }, arrival);
  } catch (error) {
    parts.log.error({ event: 'proxy.failed', error: errorMessage(error) }, 'a request for a sandbox failed');
    turnAway(refusal('internal', 'Something went wrong here, not in the sandbox'));
  }
}

function pass(parts: Parts, place: Pick<Call, 'target' | 'route'>, { request, response, splice }: Arrival): void {
  const { target, route } = place;
  const now = parts.routes.peek(route.id);
  if (now !== undefined && (now.incarnation !== route.incarnation || now.state !== 'running')) {
    parts.onExchange(target.form, 'sandbox_not_running');
    refuse(response, notRunning(route.id));
    return;
  }
  const call: Call = {
    ...{ request, response, target, route },
    run: parts.open.of(route),
    stalls: parts.stalls,
    touch: touchOf(parts.activity, request, place),
    over: (outcome) => parts.onExchange(target.form, outcome),
  };
  if (response.destroyed || request.socket.destroyed) call.over('left');
  else if (splice === null) forward(call);
  else void upgrade({ ...call, ...splice, dial: parts.dial });
}

async function targetOfSigned(parts: Parts, path: string, request: IncomingMessage) {
  const read = readSignedUrl(request.method ?? '', path, parts.clock.nowMs());
  if ('refused' in read) return read;
  const found = await parts.search(read.url, request.socket.remoteAddress ?? '');
  return 'refused' in found ? found : { target: signedTarget(found.id, path) };
}

function visitOf(parts: Parts, target: Target, { request, response, splice }: Arrival): Visit {
  const { rawHeaders, method = 'GET' } = request;
  let leaving: AbortController | null = null;
  return {
    target,
    method,
    accessToken: () => rawHeader(rawHeaders, 'x-access-token'),
    trafficToken: () => rawHeader(rawHeaders, 'e2b-traffic-access-token'),
    isSigned: () => isSignedFor(parts, target, method),
    leaving() {
      if (leaving === null) {
        const controller = new AbortController();
        (splice?.socket ?? response).once('close', () => controller.abort());
        if (request.socket.destroyed) controller.abort();
        leaving = controller;
      }
      return leaving.signal;
    },
  };
}

function isSignedFor(parts: Parts, { id, path }: Target, method: string): boolean {
  if (!path.startsWith('/files?')) return false;
  const read = readSignedUrl(method, path, parts.clock.nowMs());
  return 'url' in read && isSignedBy(parts, read.url, id);
}

function recogniseIn({ hasPathForm }: DataPlaneDeps, { url = '/', rawHeaders }: IncomingMessage): Recognition {
  return recognise({ url, rawHeaders }, { hasPathForm });
}

/** HTTP/2 is not spoken here, and a body cannot be told from what follows it once the parser is gone. */
function isSwitchable(request: IncomingMessage): boolean {
  return !/(^|,)\s*h2c?\s*(,|$)/i.test(request.headers.upgrade ?? '') && !hasBody(request);
}

/** An answer in HTTP on a connection that left it; the connection ends with it. */
function responseOn(request: IncomingMessage, socket: Duplex): ServerResponse {
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Socket); // the server's own connection, which is a socket
  response.once('finish', () => {
    response.detachSocket(socket as Socket);
    (socket as Socket).destroySoon();
  });
  socket.on('error', () => socket.destroy());
  return response;
}
