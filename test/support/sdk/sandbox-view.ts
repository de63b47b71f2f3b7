import type { SandboxView } from '../../../src/sdk/index.ts';

const AT = '2026-08-01T12:00:00.000Z';

/** A view as the service would send it, changed as the test needs it. */
export function sandboxView(change: Partial<SandboxView> = {}): SandboxView {
  return {
    id: 'first',
    tenant: 'default',
    state: 'running',
    reason: null,
    template: 'base',
    image: 'sandglass-base:latest',
    imageDigest: null,
    labels: {},
    envNames: [],
    resources: { cpus: 1, memoryMb: 512, diskMb: null, pids: 256 },
    runtime: 'runc',
    network: { internet: true },
    lifetime: { timeoutSeconds: 300, idleSeconds: null, onTimeout: 'stop', autoDeleteSeconds: null },
    deadlines: { stopAt: null, idleStopAt: null, deleteAt: null, next: null },
    createdAt: AT,
    startedAt: AT,
    stoppedAt: null,
    pausedAt: null,
    deletedAt: null,
    lastActivityAt: null,
    incarnation: 1,
    version: 2,
    engine: 'local',
    start: null,
    urls: { agent: null, port: null, path: '/sandbox/first/{port}/' },
    ...change,
  };
}
