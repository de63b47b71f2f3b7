import { z } from 'zod';
import { SandglassError } from '../../sdk/index.ts';

const profileSchema = z.object({
  nodes: z
    .array(
      z.object({
        id: z.number(),
        callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
        children: z.array(z.number()).default([]),
      }),
    )
    .min(1),
  startTime: z.number(),
  endTime: z.number(),
  samples: z.array(z.number()),
  timeDeltas: z.array(z.number()),
});

/** A function as it was called along one path. */
export interface CallNode {
  readonly name: string;
  /** File and line, shortened; empty for what is in no file. */
  readonly place: string;
  /** Microseconds in itself. */
  selfMicros: number;
  /** Microseconds in it and in all that it called. */
  totalMicros: number;
  readonly callees: Map<string, CallNode>;
}

export interface CallTree {
  /** Microseconds from the first look to the last, those without work too. */
  readonly spanMicros: number;
  /** All work; its name is empty. */
  readonly root: CallNode;
}

const IDLE = '(idle)';
const ROOT = '(root)';

/**
 * The text of a .cpuprofile as a tree of calls, idle time left out. Calls of one function by the same path are one node.
 * Throws `unexpected_answer` when it is no such text.
 */
export function callTree(text: string): CallTree {
  const { nodes, samples, timeDeltas, startTime, endTime } = read(text);
  const selfMicros = new Map<number, number>();
  for (const [index, id] of samples.entries()) {
    // A delta is the time before its sample; what was seen lasts until the next look.
    const micros = Math.max(0, timeDeltas[index + 1] ?? 0);
    selfMicros.set(id, (selfMicros.get(id) ?? 0) + micros);
  }
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const root = newNode('', '');
  const [first] = nodes;
  // Without recursion: stacks may be deeper than ours.
  const waiting = first === undefined ? [] : [{ id: first.id, path: [root] }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const node = byId.get(next.id);
    if (node === undefined || node.callFrame.functionName === IDLE) continue;
    const path = node.callFrame.functionName === ROOT ? next.path : [...next.path, calleeOf(next.path, node.callFrame)];
    addTime(path, selfMicros.get(node.id) ?? 0);
    for (const id of node.children) waiting.push({ id, path });
  }
  return { spanMicros: endTime - startTime, root };
}

function read(text: string): z.infer<typeof profileSchema> {
  try {
    return profileSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new SandglassError('unexpected_answer', 'The answer is no CPU profile.', { cause });
  }
}

function calleeOf(
  path: readonly CallNode[],
  { functionName, url, lineNumber }: { functionName: string; url: string; lineNumber: number },
): CallNode {
  const name = functionName === '' ? '(anonymous)' : functionName;
  const place = url === '' ? '' : `${shortened(url)}:${lineNumber + 1}`;
  const caller = path.at(-1);
  const key = `${name} ${place}`;
  const callee = caller?.callees.get(key) ?? newNode(name, place);
  caller?.callees.set(key, callee);
  return callee;
}

function addTime(path: readonly CallNode[], micros: number): void {
  const own = path.at(-1);
  if (own === undefined || micros === 0) return;
  own.selfMicros += micros;
  for (const node of path) node.totalMicros += micros;
}

function newNode(name: string, place: string): CallNode {
  return { name, place, selfMicros: 0, totalMicros: 0, callees: new Map() };
}

/** From its package on, or its last two parts. */
function shortened(url: string): string {
  const path = url.replace(/^file:\/\//, '');
  const packageAt = path.lastIndexOf('node_modules/');
  if (packageAt >= 0) return path.slice(packageAt + 'node_modules/'.length);
  return path.split('/').slice(-2).join('/');
}
