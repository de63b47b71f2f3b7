import { describe, expect, it } from 'vitest';
import { decide } from '../../src/domain/decide.ts';
import type { EndFacts, SandboxEvent } from '../../src/domain/events.ts';
import { applyPatch } from '../../src/domain/patch.ts';
import type { Sandbox } from '../../src/domain/sandbox.ts';
import { sandboxInfoOf } from '../../src/domain/sandbox-info-of.ts';
import { runningRow, START_MS, testPolicy, testRow } from '../support/rows.ts';

const end: EndFacts = { exitCode: 0, signal: null, oomKilled: false, logTail: null };

function decided(row: Sandbox, event: SandboxEvent, atMs = START_MS + 1_000): Sandbox {
  const decision = decide(row, event, { atMs, actor: 'key_1', policy: testPolicy });
  if (decision.outcome === 'refused') throw new Error(`refused in ${decision.state}: accepts ${decision.accepts}`);
  return decision.next;
}

function isRefused(row: Sandbox, event: SandboxEvent, atMs = START_MS + 1_000): boolean {
  return decide(row, event, { atMs, actor: 'key_1', policy: testPolicy }).outcome === 'refused';
}

const stopped = (change: Partial<Sandbox> = {}) =>
  decided(
    { ...runningRow(), state: 'stopping', killAtMs: START_MS, ...change },
    { type: 'STOP_SUCCEEDED', incarnation: 1, end, snapshot: sandboxInfoOf(runningRow()), isContainerKept: true },
  );

describe('start', () => {
  const started = {
    containerId: 'c1',
    containerStartedAt: 't1',
    address: '10.0.0.2',
    imageDigest: 'sha256:1',
    agentVersion: null,
    agentEndpoint: null,
    limits: testRow().resources,
    report: { path: 'cold', durationMs: 400, stages: {} },
  } as const;

  it('arms the lifetime from the moment of running', () => {
    const row = decided(testRow(), { type: 'START_SUCCEEDED', incarnation: 1, started });
    expect(row).toMatchObject({ state: 'running', ranOnce: true, startByMs: null, startedAtMs: START_MS + 1_000 });
    expect(row.stopAtMs).toBe(START_MS + 301_000);
  });

  it('ignores the outcome of an earlier incarnation', () => {
    expect(isRefused(testRow({ incarnation: 2 }), { type: 'START_SUCCEEDED', incarnation: 1, started })).toBe(true);
  });

  it('has not succeeded while its container has other limits than a PATCH has asked for since', () => {
    const patched = { lifetime: {}, labels: {}, resources: { memoryMb: 1_024 } };
    const row = applyPatch(testRow(), patched, START_MS, testPolicy);
    expect(isRefused(row, { type: 'START_SUCCEEDED', incarnation: 1, started })).toBe(true);
    const asAsked = { ...started, limits: row.resources };
    const running = decided(row, { type: 'START_SUCCEEDED', incarnation: 1, started: asAsked });
    expect(running).toMatchObject({ state: 'running', owesResources: false });
  });

  it('fails by its own deadline, and not before', () => {
    const row = testRow();
    expect(isRefused(row, { type: 'DEADLINE_PASSED', deadline: 'startBy' }, START_MS + 299_999)).toBe(true);
    const failed = decided(row, { type: 'DEADLINE_PASSED', deadline: 'startBy' }, START_MS + 300_000);
    expect(failed).toMatchObject({ state: 'stopping', reason: { code: 'start_failed' } });
  });
});

describe('stop', () => {
  it('keeps the first reason and the first instant of the kill', () => {
    const stopping = decided(runningRow(), { type: 'STOP_REQUESTED', graceSeconds: 10 });
    expect(stopping).toMatchObject({ state: 'stopping', killAtMs: START_MS + 11_000, reason: { code: 'requested' } });
    expect(isRefused(stopping, { type: 'STOP_REQUESTED', graceSeconds: 10 }, START_MS + 2_000)).toBe(true);
  });

  it('is brought forward by a shorter grace', () => {
    const stopping = decided(runningRow(), { type: 'STOP_REQUESTED', graceSeconds: 10 });
    expect(decided(stopping, { type: 'STOP_REQUESTED', graceSeconds: 1 }).killAtMs).toBe(START_MS + 2_000);
  });

  it('becomes a delete with a kill at once when forced', () => {
    const stopping = decided(runningRow(), { type: 'STOP_REQUESTED', graceSeconds: 10 });
    const forced = decided(stopping, { type: 'DELETE_REQUESTED', force: true });
    expect(forced).toMatchObject({ state: 'stopping', deleteAfterStop: true, killAtMs: START_MS + 1_000 });
    expect(forced.reason?.code).toBe('requested');
  });

  it('records how the container ended without changing why', () => {
    const row = stopped({ reason: runningRow().reason });
    expect(row).toMatchObject({ state: 'stopped', reason: { code: 'requested', exitCode: 0 } });
  });

  it('counts the auto-delete from the stop, with the cap', () => {
    const lifetime = { ...runningRow().lifetime, autoDeleteSeconds: 60 };
    expect(stopped({ lifetime }).deleteAtMs).toBe(START_MS + 61_000);
    const greedy = { ...lifetime, autoDeleteSeconds: 99_999_999 };
    expect(stopped({ lifetime: greedy }).deleteAtMs).toBe(START_MS + 1_000 + 2_592_000_000);
    expect(stopped({ deleteAfterStop: true }).deleteAtMs).toBe(START_MS + 1_000);
  });
});

describe('restart', () => {
  it('is a new incarnation without the deadlines and reasons of the one before', () => {
    const row = decided(stopped(), { type: 'RESTART_REQUESTED', lifetime: { timeoutSeconds: 5 } }, START_MS + 2_000);
    expect(row).toMatchObject({ state: 'pending', incarnation: 2, reason: null, deleteAtMs: null, stoppedAtMs: null });
    expect(row.lifetime.timeoutSeconds).toBe(5);
    expect(row.snapshot).not.toBeNull();
  });

  it('is refused once deletion is owed', () => {
    const row = stopped({ deleteAfterStop: true });
    expect(isRefused(row, { type: 'RESTART_REQUESTED', lifetime: {} })).toBe(true);
  });

  it('is refused when the container is lost', () => {
    const lost = decided(stopped(), { type: 'CONTAINER_LOST', incarnation: 1 });
    expect(lost).toMatchObject({ state: 'stopped', reason: { code: 'container_lost' } });
    expect(isRefused(lost, { type: 'RESTART_REQUESTED', lifetime: {} })).toBe(true);
    expect(isRefused(lost, { type: 'CONTAINER_LOST', incarnation: 1 })).toBe(true);
  });
});

describe('facts about containers', () => {
  const exited = (containerStartedAt: string, facts: Partial<EndFacts> = {}): SandboxEvent => ({
    type: 'CONTAINER_EXITED',
    containerStartedAt,
    end: { ...end, ...facts },
    isAfterEngineLoss: false,
  });

  it('drops an exit of the run before', () => {
    expect(isRefused(runningRow(), exited('run-0'))).toBe(true);
    expect(decided(runningRow(), exited('run-1')).state).toBe('stopping');
  });

  it.each([
    [{ exitCode: 0 }, 'exited'],
    [{ exitCode: 3 }, 'crashed'],
    [{ exitCode: 137, oomKilled: true }, 'oom_killed'],
    [{ exitCode: 137, oomKilled: false }, 'crashed'],
    [{ exitCode: 0, oomKilled: true }, 'exited'],
  ] as const)('tells %o apart as %s', (facts, code) => {
    expect(decided(runningRow(), exited('run-1', facts)).reason?.code).toBe(code);
  });

  it('says engine_lost for what was found ended after the engine was away', () => {
    const event = { ...exited('run-1', { exitCode: 137 }), isAfterEngineLoss: true } as SandboxEvent;
    expect(decided(runningRow(), event).reason?.code).toBe('engine_lost');
  });

  it('does not lose a container that never ran', () => {
    const row = stopped({ ranOnce: false });
    expect(isRefused(row, { type: 'CONTAINER_LOST', incarnation: 1 })).toBe(true);
  });
});

describe('pause and resume', () => {
  const paused = (change: Partial<Sandbox> = {}, atMs = START_MS + 100_000) =>
    decided(
      decided(runningRow(change), { type: 'PAUSE_REQUESTED' }, atMs),
      { type: 'PAUSE_SUCCEEDED', incarnation: 1 },
      atMs,
    );

  it('freezes what is left of the lifetime', () => {
    const row = paused();
    expect(row).toMatchObject({ state: 'paused', remainingMs: 200_000, stopAtMs: null, idleStopAtMs: null });
    expect(row.pausedUntilMs).toBe(START_MS + 100_000 + 86_400_000);
    const asked = decided(row, { type: 'RESUME_REQUESTED', lifetime: {} }, START_MS + 900_000);
    const resumed = decided(asked, { type: 'RESUME_SUCCEEDED', incarnation: 1 }, START_MS + 900_000);
    expect(resumed).toMatchObject({ state: 'running', stopAtMs: START_MS + 1_100_000, pausedUntilMs: null });
  });

  it('gives the full timeout after an expiry pause, so that it does not expire at once', () => {
    const lifetime = { ...runningRow().lifetime, onTimeout: 'pause' } as const;
    const due = decided(runningRow({ lifetime }), { type: 'DEADLINE_PASSED', deadline: 'stopAt' }, START_MS + 300_000);
    expect(due).toMatchObject({ state: 'pausing', reason: { code: 'expired' } });
    const row = decided(due, { type: 'PAUSE_SUCCEEDED', incarnation: 1 }, START_MS + 300_050);
    expect(row.remainingMs).toBe(0);
    const asked = decided(row, { type: 'RESUME_REQUESTED', lifetime: {} }, START_MS + 400_000);
    const resumed = decided(asked, { type: 'RESUME_SUCCEEDED', incarnation: 1 }, START_MS + 400_000);
    expect(resumed).toMatchObject({ stopAtMs: START_MS + 700_000, reason: null });
  });

  it('goes back to running when a requested pause fails, and stops when a deadline asked for it', () => {
    const asked = decided(runningRow(), { type: 'PAUSE_REQUESTED' });
    expect(decided(asked, { type: 'PAUSE_FAILED', incarnation: 1, message: 'no' }).state).toBe('running');
    const lifetime = { ...runningRow().lifetime, onTimeout: 'pause' } as const;
    const due = decided(runningRow({ lifetime }), { type: 'DEADLINE_PASSED', deadline: 'stopAt' }, START_MS + 300_000);
    const failed = decided(due, { type: 'PAUSE_FAILED', incarnation: 1, message: 'no' });
    expect(failed).toMatchObject({ state: 'stopping', reason: { code: 'expired' } });
  });

  it('stops what was paused for too long, as expired', () => {
    const row = paused();
    const late = decided(row, { type: 'DEADLINE_PASSED', deadline: 'pausedUntil' }, row.pausedUntilMs ?? 0);
    expect(late).toMatchObject({ state: 'stopping', reason: { code: 'expired' } });
  });
});

describe('timeouts', () => {
  it.each([
    ['stopAt', 'expired'],
    ['idleStopAt', 'idle'],
  ] as const)('tells %s by its reason', (deadline, code) => {
    const row = runningRow({ idleStopAtMs: START_MS + 300_000 });
    const due = decided(row, { type: 'DEADLINE_PASSED', deadline }, START_MS + 300_000);
    expect(due).toMatchObject({ state: 'stopping', deleteAfterStop: false, reason: { code } });
  });

  it('owes the deletion when onTimeout is delete', () => {
    const lifetime = { ...runningRow().lifetime, onTimeout: 'delete' } as const;
    const due = decided(runningRow({ lifetime }), { type: 'DEADLINE_PASSED', deadline: 'stopAt' }, START_MS + 300_000);
    expect(due.deleteAfterStop).toBe(true);
  });
});
