import type { Sandbox } from './sandbox.ts';
import type { SandboxInfo } from './sandbox-info.ts';

/** What the row knows of a sandbox's live info: enough to rebuild a lost live store. */
export function sandboxInfoOf(row: Sandbox): SandboxInfo {
  return {
    id: row.id,
    tenant: row.tenant,
    state: row.state,
    incarnation: row.incarnation,
    engine: row.engine,
    address: row.address,
    agentVersion: row.agentVersion,
    template: row.template,
    image: row.image,
    imageDigest: row.imageDigest,
    labels: { ...row.labels },
    resources: { ...row.resources },
    runtime: row.runtime,
    network: { internet: row.internet },
    onTimeout: row.lifetime.onTimeout,
    autoResume: row.autoResume,
    trafficTokenHash: row.trafficTokenHash,
    createdAtMs: row.createdAtMs,
    startedAtMs: row.startedAtMs,
    stopAtMs: row.stopAtMs,
    idleSeconds: row.lifetime.idleSeconds,
    lastActivityAtMs: row.lastActivityAtMs,
  };
}
