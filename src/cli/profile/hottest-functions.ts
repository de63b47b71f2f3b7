import type { CallNode } from './cpu-profile.ts';

export interface HotFunction {
  readonly name: string;
  readonly place: string;
  readonly selfMicros: number;
}

/** The functions in which most time was spent, whoever called them; the hottest first. */
export function hottestFunctions(root: CallNode, count: number): readonly HotFunction[] {
  const byFunction = new Map<string, HotFunction>();
  const waiting = [...root.callees.values()];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const key = `${node.name} ${node.place}`;
    const selfMicros = node.selfMicros + (byFunction.get(key)?.selfMicros ?? 0);
    byFunction.set(key, { name: node.name, place: node.place, selfMicros });
    waiting.push(...node.callees.values());
  }
  return [...byFunction.values()].sort((a, b) => b.selfMicros - a.selfMicros).slice(0, count);
}
