import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, jobOf } from '../../src/domain/decide.ts';
import type { SandboxEvent } from '../../src/domain/events.ts';
import { deadlineNames, deadlineOf } from '../../src/domain/lifetime.ts';
import { type Sandbox, timeoutActions } from '../../src/domain/sandbox.ts';
import { filterSandboxInfo, sandboxInfoFields } from '../../src/domain/sandbox-info.ts';
import { sandboxInfoOf } from '../../src/domain/sandbox-info-of.ts';
import { START_MS, testPolicy, testRow } from '../support/rows.ts';

interface Step {
  readonly advanceMs: number;
  /** Built from the row as it is then, so that facts about the present run and about old ones both occur. */
  readonly event: (row: Sandbox) => SandboxEvent;
}

const end = { exitCode: 0, signal: null, oomKilled: false, logTail: null };
const incarnationOf = (row: Sandbox, isOld: boolean) => row.incarnation - (isOld ? 1 : 0);

const facts = (isOld: boolean): readonly Step['event'][] => [
  (row) => ({
    type: 'START_SUCCEEDED',
    incarnation: incarnationOf(row, isOld),
    started: {
      containerId: 'c',
      containerStartedAt: `run-${row.incarnation}`,
      address: '10.0.0.2',
      imageDigest: null,
      agentVersion: null,
      agentEndpoint: null,
      limits: row.resources,
      report: { path: 'cold', durationMs: 1, stages: {} },
    },
  }),
  (row) => ({
    type: 'START_FAILED',
    incarnation: incarnationOf(row, isOld),
    reason: { code: 'start_failed', message: 'no', ...end },
  }),
  (row) => ({ type: 'PAUSE_SUCCEEDED', incarnation: incarnationOf(row, isOld) }),
  (row) => ({ type: 'PAUSE_FAILED', incarnation: incarnationOf(row, isOld), message: 'no' }),
  (row) => ({ type: 'RESUME_SUCCEEDED', incarnation: incarnationOf(row, isOld) }),
  (row) => ({ type: 'RESUME_FAILED', incarnation: incarnationOf(row, isOld), message: 'no' }),
  (row) => ({
    type: 'STOP_SUCCEEDED',
    incarnation: incarnationOf(row, isOld),
    end,
    snapshot: sandboxInfoOf(row),
    isContainerKept: row.ranOnce,
  }),
  (row) => ({ type: 'DELETE_SUCCEEDED', incarnation: incarnationOf(row, isOld) }),
  (row) => ({ type: 'CONTAINER_LOST', incarnation: incarnationOf(row, isOld) }),
  (row) => ({
    type: 'CONTAINER_EXITED',
    containerStartedAt: isOld ? 'run-0' : (row.containerStartedAt ?? ''),
    end,
    isAfterEngineLoss: false,
  }),
];

const requests: readonly Step['event'][] = [
  () => ({ type: 'STOP_REQUESTED', graceSeconds: 10 }),
  () => ({ type: 'STOP_REQUESTED', graceSeconds: 0 }),
  () => ({ type: 'DELETE_REQUESTED', force: false }),
  () => ({ type: 'DELETE_REQUESTED', force: true }),
  () => ({ type: 'RESTART_REQUESTED', lifetime: {} }),
  () => ({ type: 'PAUSE_REQUESTED' }),
  () => ({ type: 'RESUME_REQUESTED', lifetime: {} }),
  ...deadlineNames.map((deadline) => () => ({ type: 'DEADLINE_PASSED', deadline }) as const),
];

const step: fc.Arbitrary<Step> = fc.record({
  advanceMs: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 400_000 }), fc.integer({ min: 1, max: 10 ** 9 })),
  event: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...requests) },
    { weight: 8, arbitrary: fc.constantFrom(...facts(false)) },
    { weight: 1, arbitrary: fc.constantFrom(...facts(true)) },
  ),
});

const lifetime = fc.record({
  timeoutSeconds: fc.option(fc.integer({ min: 1, max: 600 })),
  idleSeconds: fc.option(fc.integer({ min: 1, max: 600 })),
  onTimeout: fc.constantFrom(...timeoutActions),
  autoDeleteSeconds: fc.option(fc.integer({ min: 0, max: 10 ** 7 })),
});

/** Runs the steps and shows every accepted move to `check`; refused events must leave no trace. */
function walk(
  start: Sandbox,
  steps: readonly Step[],
  check: (before: Sandbox, after: Sandbox, event: SandboxEvent, atMs: number) => void,
): void {
  let row = start;
  let atMs = START_MS;
  for (const { advanceMs, event: build } of steps) {
    atMs += advanceMs;
    const event = build(row);
    const frozen = JSON.stringify(row);
    const decision = decide(row, event, { atMs, actor: 'a', policy: testPolicy });
    expect(JSON.stringify(row)).toBe(frozen);
    if (decision.outcome === 'refused') continue;
    const { next, transition } = decision;
    expect(transition).toMatchObject({ number: row.historyNumber + 1, from: row.state, to: next.state, atMs });
    check(row, next, event, atMs);
    row = next;
  }
}

function holds(check: Parameters<typeof walk>[2]): void {
  fc.assert(
    fc.property(lifetime, fc.array(step, { minLength: 1, maxLength: 60 }), (life, steps) => {
      walk(testRow({ lifetime: life }), steps, check);
    }),
    { numRuns: 1_500 },
  );
}

describe('invariants of every accepted move', () => {
  it('I3: running has a container, an address, and a deadline or an explicit none', () => {
    holds((_before, row) => {
      if (row.state !== 'running') return;
      expect(row.containerId).not.toBeNull();
      expect(row.address).not.toBeNull();
      expect(row.stopAtMs === null).toBe(row.lifetime.timeoutSeconds === null);
      expect(row.idleStopAtMs === null).toBe(row.lifetime.idleSeconds === null);
    });
  });

  it('I4: the incarnation never falls, and deleted is for ever', () => {
    holds((before, row) => {
      expect(row.incarnation).toBeGreaterThanOrEqual(before.incarnation);
      expect(before.state).not.toBe('deleted');
      expect(row.incarnation > before.incarnation).toBe(before.state === 'stopped' && row.state === 'pending');
    });
  });

  it('I5: an accepted stop or delete is never lost', () => {
    holds((before, row) => {
      if (before.state === 'stopping') expect(['stopping', 'stopped']).toContain(row.state);
      if (before.state === 'deleting') expect(row.state).toBe('deleted');
      if (before.deleteAfterStop) expect(row.deleteAfterStop).toBe(true);
      // A container lost meanwhile changes the reason only.
      if (before.state === 'stopped' && before.deleteAfterStop) expect(['stopped', 'deleting']).toContain(row.state);
    });
  });

  it('I5: every way out of a live state leads through stopping, with a reason', () => {
    holds((before, row) => {
      if (row.state === 'stopped' && before.state !== 'stopped') expect(before.state).toBe('stopping');
      if (row.state === 'stopping') {
        expect(row.reason).not.toBeNull();
        expect(row.killAtMs).not.toBeNull();
      }
      if (before.state === 'stopping') expect(row.reason?.code).toBe(before.reason?.code);
    });
  });

  it('I6: live info holds the fields of its schema only', () => {
    holds((_before, row) => {
      const info = filterSandboxInfo({ ...row, ...sandboxInfoOf(row), futureColumn: 1 });
      expect(Object.keys(info).every((field) => sandboxInfoFields.some((known) => known === field))).toBe(true);
    });
  });

  it('I7: each move raises version and history number by one', () => {
    holds((before, row) => {
      expect(row.version).toBe(before.version + 1);
      expect(row.historyNumber).toBe(before.historyNumber + 1);
    });
  });

  it('I9: no deadline fires early, and a state at rest waits for something or for a call', () => {
    holds((before, row, event, atMs) => {
      if (event.type === 'DEADLINE_PASSED')
        expect(deadlineOf(before, event.deadline) ?? Infinity).toBeLessThanOrEqual(atMs);
      if (row.state === 'stopped') expect(row.deleteAtMs).not.toBeNull();
      if (row.state === 'paused') expect(row.pausedUntilMs).not.toBeNull();
      if (row.state === 'pending') expect(row.startByMs).not.toBeNull();
      if (jobOf(row.state) === null && row.state !== 'running')
        expect([row.stopAtMs, row.startByMs]).toEqual([null, null]);
    });
  });
});
