import type { SandboxInfo } from '../../../src/domain/sandbox-info.ts';

/** A running sandbox's live information with a value in every field. */
export function sandboxInfo(changes: Partial<SandboxInfo> = {}): SandboxInfo {
  return {
    id: 'sandbox1',
    tenant: 'acme',
    state: 'running',
    incarnation: 1,
    engine: 'local',
    address: '10.88.0.7',
    agentVersion: '1.2.3',
    template: 'base',
    image: 'sandglass-base:1',
    imageDigest: 'sha256:0123456789abcdef',
    labels: { team: 'blue' },
    resources: { cpus: 0.5, memoryMb: 512, diskMb: null, pids: 256 },
    runtime: 'runc',
    network: { internet: true },
    onTimeout: 'stop',
    autoResume: true,
    trafficTokenHash: 'a1b2c3',
    createdAtMs: 1_790_000_000_000,
    startedAtMs: 1_790_000_000_400,
    stopAtMs: 1_790_000_300_400,
    idleSeconds: 60,
    lastActivityAtMs: 1_790_000_000_500,
    ...changes,
  };
}

/** As an older or careless caller would hand it over: with members that belong to the row alone. */
export const fieldsOfTheRowAlone = {
  spec: { env: { KEY: 'value' } },
  version: 7,
  futureColumn: 'x',
  env: { KEY: 'value' },
};
