import {
  e2bConnectBodySchema,
  e2bPauseBodySchema,
  e2bRefreshesBodySchema,
  e2bResumeBodySchema,
  e2bTimeoutBodySchema,
} from '../../contract/e2b-calls.ts';
import { connectSandbox } from '../../operations/e2b-connect.ts';
import {
  killSandbox,
  pauseRunning,
  refreshTimeoutOf,
  resumePaused,
  setTimeoutOf,
} from '../../operations/e2b-lifecycle.ts';
import type { Http } from '../http-deps.ts';
import { waitOf } from '../lifecycle-answer.ts';
import { E2B_TIMEOUT_SECONDS } from './create-route.ts';
import { addE2bEndpoint } from './e2b-endpoint.ts';
import { e2bSandboxView } from './e2b-view.ts';

const KILL_WAIT_SECONDS = 30;
/** What a refresh that names none adds. */
const REFRESH_SECONDS = 15;

/** What moves a sandbox; what each call answers in each state is a table of contracts/e2b.md. */
export function addE2bLifecycleRoutes(http: Http): void {
  addConnect(http);
  addKill(http);
  addPauseAndResume(http);
  addTimeouts(http);
}

function addConnect(http: Http): void {
  const paths = ['/v2/sandboxes/{sandboxID}/connect', '/sandboxes/{sandboxID}/connect'];
  const spec = { method: 'post', paths, operation: 'e2bConnectSandbox', body: e2bConnectBodySchema } as const;
  addE2bEndpoint(http, spec, async ({ c, caller, id, body }) => {
    const { timeout: timeoutSeconds = E2B_TIMEOUT_SECONDS, memory: keepsMemory = true } = body;
    const request = { id, timeoutSeconds, keepsMemory };
    const { row, isResumed } = await connectSandbox(http.deps.operations, caller, request, waitOf(http, c, {}));
    c.get('facts').incarnation = row.incarnation;
    return c.json(e2bSandboxView(http.deps, row), isResumed ? 201 : 200);
  });
}

function addKill(http: Http): void {
  const spec = { method: 'delete', paths: ['/sandboxes/{sandboxID}'], operation: 'e2bKillSandbox' } as const;
  addE2bEndpoint(http, spec, async ({ c, caller, id }) => {
    await killSandbox(http.deps.operations, caller, id, waitOf(http, c, { waitSeconds: KILL_WAIT_SECONDS }));
    return c.body(null, 204);
  });
}

function addPauseAndResume(http: Http): void {
  const pause = { method: 'post', paths: ['/sandboxes/{sandboxID}/pause'], operation: 'e2bPauseSandbox' } as const;
  addE2bEndpoint(http, { ...pause, body: e2bPauseBodySchema }, async ({ c, caller, id, body }) => {
    const request = { id, keepsMemory: body.memory ?? true };
    await pauseRunning(http.deps.operations, caller, request, waitOf(http, c, {}));
    return c.body(null, 204);
  });
  const resume = { method: 'post', paths: ['/sandboxes/{sandboxID}/resume'], operation: 'e2bResumeSandbox' } as const;
  addE2bEndpoint(http, { ...resume, body: e2bResumeBodySchema }, async ({ c, caller, id, body }) => {
    const { timeout: timeoutSeconds = E2B_TIMEOUT_SECONDS, autoPause } = body;
    const request = { id, timeoutSeconds, autoPause };
    const row = await resumePaused(http.deps.operations, caller, request, waitOf(http, c, {}));
    return c.json(e2bSandboxView(http.deps, row), 201);
  });
}

function addTimeouts(http: Http): void {
  const timeout = { method: 'post', paths: ['/sandboxes/{sandboxID}/timeout'], operation: 'e2bSetTimeout' } as const;
  addE2bEndpoint(http, { ...timeout, body: e2bTimeoutBodySchema }, async ({ c, caller, id, body }) => {
    await setTimeoutOf(http.deps.operations, caller, id, body.timeout);
    return c.body(null, 204);
  });
  const refresh = { method: 'post', paths: ['/sandboxes/{sandboxID}/refreshes'], operation: 'e2bRefresh' } as const;
  addE2bEndpoint(http, { ...refresh, body: e2bRefreshesBodySchema }, async ({ c, caller, id, body }) => {
    await refreshTimeoutOf(http.deps.operations, caller, id, body.duration ?? REFRESH_SECONDS);
    return c.body(null, 204);
  });
}
