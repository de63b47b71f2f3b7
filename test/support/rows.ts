import type { LifetimePolicy } from '../../src/domain/lifetime.ts';
import { newSandbox } from '../../src/domain/new-sandbox.ts';
import type { Sandbox } from '../../src/domain/sandbox.ts';
import { normaliseStart, type StartDefaults, type StartWish } from '../../src/domain/spec.ts';
import type { Template } from '../../src/domain/template.ts';

export const START_MS = 1_800_000_000_000;

export const testPolicy: LifetimePolicy = {
  startTimeoutSeconds: 300,
  stopGraceSeconds: 10,
  pausedMaxSeconds: 86_400,
  autoDeleteDefaultSeconds: 259_200,
  autoDeleteMaxSeconds: 2_592_000,
  tombstoneRetentionSeconds: 604_800,
};

export const testTemplate: Template = {
  name: 'base',
  image: 'sandglass-base:latest',
  resources: {},
  user: null,
  workdir: null,
  sudo: true,
  env: {},
  memoryBudgetMb: null,
  floor: 0,
  source: 'builtin',
};

export const testStartDefaults: StartDefaults = {
  runtime: 'runc',
  resources: { cpus: 1, memoryMb: 512, diskMb: null, pids: 256 },
  timeoutSeconds: 300,
};

/** So many slots of starts that ask for nothing. */
export const testFloor = (slots: number) => ({ start: normaliseStart({}, testTemplate, testStartDefaults), slots });

/** A sandbox that was asked for at START_MS, changed as given. */
export function testRow(change: Partial<Sandbox> = {}, wish: StartWish = {}): Sandbox {
  const who = { id: 'sandbox1', tenant: 'acme', ownerKeyId: 'key_1', reuseKey: null, engine: 'local', atMs: START_MS };
  const row = newSandbox(who, normaliseStart(wish, testTemplate, testStartDefaults), testPolicy);
  return { ...row, ...change };
}

/** The same, started, running since START_MS. */
export function runningRow(change: Partial<Sandbox> = {}): Sandbox {
  return testRow({
    state: 'running',
    version: 2,
    historyNumber: 2,
    ranOnce: true,
    containerId: 'container1',
    containerStartedAt: 'run-1',
    address: '10.213.0.2',
    startByMs: null,
    startedAtMs: START_MS,
    stopAtMs: START_MS + 300_000,
    lastActivityAtMs: START_MS,
    ...change,
  });
}
