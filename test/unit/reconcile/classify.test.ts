import { describe, expect, it } from 'vitest';
import type { SandboxState } from '../../../src/domain/sandbox.ts';
import type { ContainerStatus } from '../../../src/ports/container-runtime.ts';
import { classify, type Finding, needsLook } from '../../../src/reconcile/classify.ts';
import { runningRow } from '../../support/rows.ts';

type Found = ContainerStatus | 'none';
const statuses: readonly Found[] = ['none', 'created', 'exited', 'dead', 'running', 'paused'];

// design/lifecycle.md, "Reconcile": rows down, containers across in the order above.
const table: readonly (readonly [SandboxState, ...Finding['kind'][]])[] = [
  ['warming', 'drive', 'drive', 'drive', 'drive', 'drive', 'drive'],
  ['pending', 'drive', 'drive', 'drive', 'drive', 'drive', 'drive'],
  ['pausing', 'drive', 'drive', 'drive', 'drive', 'drive', 'drive'],
  ['resuming', 'drive', 'drive', 'drive', 'drive', 'drive', 'drive'],
  ['stopping', 'drive', 'drive', 'drive', 'drive', 'drive', 'drive'],
  ['deleting', 'drive', 'drive', 'drive', 'drive', 'drive', 'drive'],
  ['running', 'lost', 'exited', 'exited', 'exited', 'agrees', 'frozen_outside'],
  ['paused', 'lost', 'exited', 'exited', 'exited', 'thawed_outside', 'agrees'],
  ['stopped', 'lost', 'agrees', 'agrees', 'agrees', 'up_while_stopped', 'up_while_stopped'],
  ['warm', 'recycle', 'recycle', 'recycle', 'recycle', 'agrees', 'recycle'],
  ['deleted', 'agrees', 'orphan', 'orphan', 'orphan', 'orphan', 'orphan'],
];

const found = (status: Found) => (status === 'none' ? undefined : { status, startedAt: 'run-1' });

describe('what a row and its container ask for together', () => {
  for (const [state, ...kinds] of table) {
    it.each(statuses.map((status, place) => [status, kinds[place]] as const))(
      `${state} with %s: %s`,
      (status, kind) => {
        expect(classify(runningRow({ state }), found(status)).kind).toBe(kind);
      },
    );
  }

  it('takes any container without a row for an orphan', () => {
    expect(classify(undefined, found('running')).kind).toBe('orphan');
    expect(classify(undefined, undefined).kind).toBe('agrees');
  });

  it('notices a container that somebody else has started again', () => {
    expect(classify(runningRow(), { status: 'running', startedAt: 'run-2' }).kind).toBe('restarted_outside');
  });

  it('does not miss a container that never ran, or was lost already', () => {
    expect(classify(runningRow({ state: 'stopped', ranOnce: false }), undefined).kind).toBe('agrees');
    const reason = {
      code: 'container_lost',
      message: '',
      exitCode: null,
      signal: null,
      oomKilled: null,
      logTail: null,
    } as const;
    expect(classify(runningRow({ state: 'stopped', reason }), undefined).kind).toBe('agrees');
  });

  it('looks closely wherever the table asks for something at rest', () => {
    for (const [state, ...kinds] of table) {
      for (const [place, status] of statuses.entries()) {
        const kind = kinds[place];
        if (kind === 'drive' || kind === 'orphan' || kind === 'agrees') continue;
        expect(needsLook(state, status === 'none' ? undefined : status), `${state} ${status}`).toBe(true);
      }
    }
  });
});
