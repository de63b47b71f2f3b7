import { tsImport } from 'tsx/esm/api';

/** The state machine as a mermaid diagram; a guard stands in brackets behind its event. */
export async function statesDiagram() {
  const { sandboxMachine } = await tsImport('../../src/domain/machine.ts', import.meta.url);
  const { initial, states } = sandboxMachine.config;
  const names = Object.keys(states);
  const jobs = names
    .filter((name) => states[name].meta?.job)
    .map((name) => `  ${name}: ${name} (owes ${states[name].meta.job})`);
  const ends = names.filter((name) => states[name].type === 'final').map((name) => `  ${name} --> [*]`);
  return [
    'stateDiagram-v2',
    ...jobs,
    `  [*] --> ${initial}`,
    ...names.flatMap((name) => arrowsFrom(name, states[name])),
    ...ends,
  ];
}

/** One arrow per pair of states, with all events that lead there. */
function arrowsFrom(name, state) {
  const labels = new Map();
  for (const [event, transitions] of Object.entries(state.on ?? {})) {
    for (const transition of [transitions].flat()) {
      const { target = name, guard } = typeof transition === 'string' ? { target: transition } : transition;
      const label = guard ? `${event} [${guard.type ?? (guard.name || guard)}]` : event;
      labels.set(target, [...(labels.get(target) ?? []), label]);
    }
  }
  return [...labels].map(([target, events]) => `  ${name} --> ${target}: ${events.join(', ')}`);
}
