import { errorMessage, isSandboxError } from '../domain/errors.ts';
import type { Log } from '../observe/logger.ts';
import { AGENT_PORT } from '../ports/agent-client.ts';
import type { Clock } from '../ports/clock.ts';
import type { Tokens } from '../ports/tokens.ts';
import { isHealthProbe } from './agent-port.ts';
import { notRunning, type Refusal, refusal } from './refusal.ts';
import type { Route } from './route.ts';
import type { RouteCache } from './route-cache.ts';
import { isSameSecret } from './same-secret.ts';
import type { Target } from './target.ts';

/** What a request shows, to be let in. */
export interface Visit {
  readonly target: Target;
  readonly method: string;
  readonly accessToken: () => string | undefined;
  readonly trafficToken: () => string | undefined;
  /** Whether its signature is one of this sandbox; asked only where it matters. */
  readonly isSigned: () => boolean;
  /** Aborts when the client leaves; asked only by those who have to wait. */
  readonly leaving: () => AbortSignal;
}

export interface AdmissionDeps {
  readonly routes: RouteCache;
  readonly clock: Clock;
  readonly tokens: Tokens;
  readonly log: Log;
  /** Thaws a paused sandbox, with its full timeout. */
  readonly resume: (id: string) => Promise<void>;
}

export type Admission = { readonly route: Route } | { readonly refused: Refusal };
export type Admit = (visit: Visit) => Promise<Admission>;

const PATIENCE_MS = 10_000;

/** Says who gets in: waits for a sandbox that comes up, and resumes one that its owner wants resumed by traffic. */
export function admission(deps: AdmissionDeps): Admit {
  const resuming = new Map<string, Promise<void>>();
  const resumeOnce = (id: string) => {
    const already = resuming.get(id);
    if (already !== undefined) return already;
    const resumed = deps.resume(id).finally(() => resuming.delete(id));
    resuming.set(id, resumed);
    return resumed;
  };
  return async (visit) => {
    const { id } = visit.target;
    const endMs = deps.clock.monotonicMs() + PATIENCE_MS;
    for (;;) {
      const route = deps.routes.peek(id) ?? (await deps.routes.find(id));
      if (route === undefined) return { refused: notRunning(id) };
      const step = stepOf(deps, visit, route);
      if (step === 'refuse') return { refused: notRunning(id) };
      if (!hasTrafficToken(deps, visit, route)) return { refused: noTrafficToken(id) };
      if (step === 'serve') return { route };
      const leftMs = endMs - deps.clock.monotonicMs();
      if (leftMs <= 0 || visit.leaving().aborted) return { refused: notRunning(id) };
      const failed = await waitFor(deps, { visit, route, leftMs, resume: step === 'resume' ? resumeOnce : null });
      if (failed !== undefined) return { refused: failed };
    }
  };
}

type Step = 'serve' | 'wait' | 'resume' | 'refuse';

function stepOf(deps: AdmissionDeps, visit: Visit, route: Route): Step {
  const isExpired = route.stopAtMs !== null && deps.clock.nowMs() >= route.stopAtMs;
  switch (route.state) {
    case 'running':
      return isExpired ? 'refuse' : 'serve';
    case 'pending':
    case 'resuming':
      return 'wait';
    case 'pausing':
      return mayResume(deps, visit, route) ? 'wait' : 'refuse';
    case 'paused':
      return mayResume(deps, visit, route) ? 'resume' : 'refuse';
    default:
      return 'refuse';
  }
}

function mayResume({ tokens }: AdmissionDeps, visit: Visit, route: Route): boolean {
  const { port, path } = visit.target;
  if (!route.isAutoResumed || isHealthProbe(visit.method, port, path)) return false;
  if (port !== AGENT_PORT) return true;
  return isSameSecret(visit.accessToken(), tokens.accessToken(route.id)) || visit.isSigned();
}

function hasTrafficToken({ tokens }: AdmissionDeps, { target, trafficToken }: Visit, route: Route): boolean {
  if (route.isPublic || target.port === AGENT_PORT) return true;
  return isSameSecret(trafficToken(), tokens.trafficToken(route.id));
}

function noTrafficToken(id: string): Refusal {
  return refusal('forbidden', 'This port is not public: it needs the header e2b-traffic-access-token.', id);
}

interface Waiting {
  readonly visit: Visit;
  readonly route: Route;
  readonly leftMs: number;
  readonly resume: ((id: string) => Promise<void>) | null;
}

/** Until the sandbox moved or the time is over: the caller looks again. A refusal when a resume failed for good. */
async function waitFor(deps: AdmissionDeps, { visit, route, leftMs, resume }: Waiting): Promise<Refusal | undefined> {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, visit.leaving()]);
  const moved = deps.routes.changed(route.id, route, signal).catch(() => undefined);
  const late = deps.clock.sleep(leftMs, signal).catch(() => undefined);
  try {
    const resumed = resume === null ? moved : resume(route.id).then(() => moved);
    await Promise.race([resumed, late]);
    return undefined;
  } catch (error) {
    // Somebody else moved it: the next look tells where it is.
    if (!isSandboxError(error, 'conflict')) return resumeFailed(deps, route, error);
    await Promise.race([moved, late]);
    return undefined;
  } finally {
    over.abort();
  }
}

function resumeFailed({ log }: AdmissionDeps, { id }: Route, error: unknown): Refusal {
  log.warn({ event: 'proxy.resume_failed', sandboxId: id, error: errorMessage(error) }, 'traffic could not resume it');
  return refusal('resume_failed', 'The sandbox was not found', id);
}
