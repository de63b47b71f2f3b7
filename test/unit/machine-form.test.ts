import { describe, expect, it } from 'vitest';
import { jobOf } from '../../src/domain/decide.ts';
import { sandboxMachine } from '../../src/domain/machine.ts';
import { sandboxStates } from '../../src/domain/sandbox.ts';

const nodes = Object.values(sandboxMachine.states);
const working = ['warming', 'pending', 'pausing', 'resuming', 'stopping', 'deleting'];

describe('the form of the machine', () => {
  it('has exactly the states that rows may be in', () => {
    expect(Object.keys(sandboxMachine.states).sort()).toEqual([...sandboxStates].sort());
  });

  it('is flat', () => {
    expect(nodes.filter((node) => Object.keys(node.states).length > 0)).toEqual([]);
  });

  it.each(nodes.map((node) => [node.key, node] as const))(
    'has no timer, invoke or action of its own in %s',
    (_key, node) => {
      expect(node.after).toEqual([]);
      expect(node.invoke).toEqual([]);
      expect(node.entry).toEqual([]);
      expect(node.exit).toEqual([]);
      expect(node.always ?? []).toEqual([]);
    },
  );

  it('uses nothing but assign in transitions', () => {
    const transitions = nodes.flatMap((node) => [...node.transitions.values()].flat());
    const names = transitions.flatMap(({ actions }) => actions).map((action) => String(action));
    expect(names.length).toBeGreaterThan(10);
    const actions = new Map<string, unknown>(Object.entries(sandboxMachine.implementations.actions));
    for (const name of names) expect(actions.get(name), name).toHaveProperty('type', 'xstate.assign');
  });

  it('gives each working state one job, and no other state one', () => {
    for (const state of sandboxStates) expect(jobOf(state) !== null, state).toBe(working.includes(state));
  });

  it('tags working states', () => {
    for (const node of nodes) expect(node.tags.includes('working'), node.key).toBe(working.includes(node.key));
  });

  it('leads from every live state to stopping', () => {
    for (const state of ['pending', 'running', 'pausing', 'paused', 'resuming']) {
      const targets = [...(sandboxMachine.states[state as 'pending']?.transitions.values() ?? [])]
        .flat()
        .flatMap((transition) => transition.target?.map((node) => node.key) ?? []);
      expect(targets, state).toContain('stopping');
      expect(targets, state).not.toContain('stopped');
    }
  });
});
