import { ENVD_VERSION } from '../../contract/agent.ts';
import type { E2bDetail, E2bListed, E2bSandbox } from '../../contract/e2b-sandbox.ts';
import type { Sandbox } from '../../domain/sandbox.ts';
import { readSpec } from '../../domain/spec.ts';
import { type E2bState, e2bStateOf } from '../../operations/e2b-standing.ts';
import type { HttpDeps } from '../http-deps.ts';
import { isoInstant } from '../instants.ts';

const CLIENT_ID = 'sandglass';
/** What E2B's clients are told of a sandbox without an end. */
const NO_END_MS = 30 * 86_400_000;

type ViewDeps = Pick<HttpDeps, 'operations' | 'config'>;

/** What a client needs to use it. */
export function e2bSandboxView({ operations, config }: ViewDeps, row: Sandbox): E2bSandbox {
  const { isPublic } = trafficOf(row);
  return {
    ...identity(row),
    envdAccessToken: operations.tokens.accessToken(row.id),
    ...(isPublic ? {} : { trafficAccessToken: operations.tokens.trafficToken(row.id) }),
    domain: config.domain,
  };
}

/** One of a list; `state` is how it looks to E2B's clients. */
export function e2bListedView({ operations }: ViewDeps, row: Sandbox, state: E2bState): E2bListed {
  const { cpus, memoryMb, diskMb } = row.resources;
  return {
    ...identity(row),
    startedAt: isoInstant(row.startedAtMs ?? row.createdAtMs),
    endAt: isoInstant(endAtMs(row, operations.clock.nowMs())),
    state,
    // Whole numbers by E2B's OpenAPI.
    cpuCount: Math.max(1, Math.ceil(cpus)),
    memoryMB: memoryMb,
    diskSizeMB: diskMb ?? 0,
    metadata: row.labels,
    volumeMounts: [],
  };
}

export function e2bDetailView(deps: ViewDeps, row: Sandbox, state: E2bState): E2bDetail {
  const { isPublic, maskRequestHost } = trafficOf(row);
  return {
    ...e2bListedView(deps, row, state),
    envdAccessToken: deps.operations.tokens.accessToken(row.id),
    domain: deps.config.domain,
    allowInternetAccess: row.internet,
    network: { allowPublicTraffic: isPublic, ...(maskRequestHost === null ? {} : { maskRequestHost }) },
    lifecycle: { onTimeout: row.lifetime.onTimeout === 'delete' ? 'kill' : 'pause', autoResume: row.autoResume },
  };
}

/** Those of the rows that E2B's clients may see, as they see them. */
export function e2bListedViews(deps: ViewDeps, rows: readonly Sandbox[]): readonly E2bListed[] {
  const { clock, policy } = deps.operations;
  return rows.flatMap((row) => {
    const state = e2bStateOf(row, clock.nowMs(), policy);
    return state === undefined ? [] : [e2bListedView(deps, row, state)];
  });
}

function identity(row: Sandbox) {
  return {
    sandboxID: row.id,
    templateID: row.template ?? row.image,
    clientID: CLIENT_ID,
    ...(row.template === null ? {} : { alias: row.template }),
    envdVersion: ENVD_VERSION,
  };
}

/** A spec that cannot be read opens nothing. */
function trafficOf(row: Sandbox): { readonly isPublic: boolean; readonly maskRequestHost: string | null } {
  const reading = readSpec(row.spec);
  if (reading.outcome !== 'ok') return { isPublic: false, maskRequestHost: null };
  return { isPublic: reading.spec.allowPublicTraffic, maskRequestHost: reading.spec.maskRequestHost };
}

/** When it will end, or when it was paused or stopped. */
function endAtMs(row: Sandbox, nowMs: number): number {
  if (row.state === 'paused' && row.pausedAtMs !== null) return row.pausedAtMs;
  if (row.state === 'stopped' && row.stoppedAtMs !== null) return row.stoppedAtMs;
  if (row.stopAtMs !== null) return row.stopAtMs;
  const { timeoutSeconds } = row.lifetime;
  const isStarting = row.state === 'pending' && timeoutSeconds !== null;
  if (isStarting) return nowMs + timeoutSeconds * 1000;
  if (row.state === 'resuming' && row.remainingMs !== null) return nowMs + row.remainingMs;
  return (row.startedAtMs ?? row.createdAtMs) + NO_END_MS;
}
