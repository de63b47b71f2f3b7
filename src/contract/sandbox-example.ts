/** A sandbox as documents show it, ten minutes before its end. */
export const sandboxExample = {
  ...{ id: 'k3v9x0q2m7b1c8d4e5f6', tenant: 'acme', state: 'running', reason: null, template: 'base' },
  image: 'sandglass-base:latest',
  imageDigest: 'sha256:0d4c8b0f6a3a4a0f3f8b0d2c1e7f9a6b5c4d3e2f1a0b9c8d7e6f5a4b3c2d1e0f',
  labels: { project: 'demo' },
  envNames: ['LANG'],
  resources: { cpus: 1, memoryMb: 512, diskMb: null, pids: 256 },
  runtime: 'runc',
  network: { internet: true },
  lifetime: { timeoutSeconds: 600, idleSeconds: null, onTimeout: 'stop', autoDeleteSeconds: null },
  deadlines: {
    ...{ stopAt: '2026-08-01T12:10:00.000Z', idleStopAt: null, deleteAt: null },
    next: { action: 'stop', at: '2026-08-01T12:10:00.000Z' },
  },
  ...{ createdAt: '2026-08-01T12:00:00.000Z', startedAt: '2026-08-01T12:00:00.000Z' },
  ...{ stoppedAt: null, pausedAt: null, deletedAt: null, lastActivityAt: '2026-08-01T12:00:00.000Z' },
  ...{ incarnation: 1, version: 2, engine: 'local' },
  start: { path: 'warm', durationMs: 9.4, stages: { claim: 6.1, handOver: 2.2 } },
  urls: {
    agent: 'http://49983-k3v9x0q2m7b1c8d4e5f6.sandboxes.example',
    port: 'http://{port}-k3v9x0q2m7b1c8d4e5f6.sandboxes.example',
    path: '/sandbox/k3v9x0q2m7b1c8d4e5f6/{port}/',
  },
};

/** Its start, as its history and the event stream tell it. */
export const transitionExample = {
  ...{ number: 2, seq: 4711, from: 'pending', to: 'running', event: 'START_SUCCEEDED', actor: 'system' },
  ...{ incarnation: 1, at: '2026-08-01T12:00:00.000Z' },
};
