import type { AgentDeps } from '../deps.ts';
import type { LiveProcess, TerminalSize } from './live-process.ts';
import { startPipes } from './pipe-process.ts';
import { startPty } from './pty-process.ts';
import { retired } from './retired.ts';
import { signalGroup, signalSession } from './signal-group.ts';
import type { ProcessSpec } from './spawn-as.ts';

/** Who started it. */
export type ProcessOrigin = 'connect' | 'exec' | 'terminal';

export interface StartedProcess {
  readonly live: LiveProcess;
  readonly origin: ProcessOrigin;
  readonly spec: ProcessSpec;
  readonly tag: string | undefined;
}

export interface StartOptions {
  readonly origin: ProcessOrigin;
  readonly tag?: string | undefined;
  /** A terminal of that size; absent = pipes. */
  readonly pty?: TerminalSize | undefined;
  /** Pipes only; false or absent: it reads an empty stdin. */
  readonly hasStdin?: boolean;
  /** What is kept of each of its streams. */
  readonly keptBytes: number;
}

/** All processes that were started through the agent, for as long as they can be joined. */
export interface ProcessTable {
  /** Throws what the process cannot be started for. */
  start(spec: ProcessSpec, options: StartOptions): Promise<StartedProcess>;
  /** Running ones, oldest first. */
  running(): readonly StartedProcess[];
  /** A running one, else the newest of `connect` that ended within 30 s. */
  find(isWanted: (process: StartedProcess) => boolean): StartedProcess | undefined;
  /** Leaders of all groups in which somebody runs: of processes that have ended too, when they left others behind. */
  groups(): readonly number[];
  /** Signals all that it started; SIGTERM its own group only. False when nobody is left. */
  signal(process: StartedProcess, signal: NodeJS.Signals): boolean;
}

const JOINABLE_MS = 30_000;

export function processTable(deps: AgentDeps): ProcessTable {
  const running = new Set<StartedProcess>();
  const ended = retired<StartedProcess>({ keptMs: JOINABLE_MS, bytesOf: ({ live }) => live.output.keptBytes });
  const leftBehind = new Set<number>();
  const retire = (process: StartedProcess) => {
    running.delete(process);
    if (process.origin === 'connect') ended.add(process);
    const { pid } = process.live;
    leftBehind.add(pid);
    // Whoever waits for the end is told first.
    setImmediate(() => {
      if (!signalGroup(pid, 0)) leftBehind.delete(pid);
    });
  };
  return {
    async start(spec, { origin, tag, pty, hasStdin = false, keptBytes }) {
      const live = await (pty === undefined
        ? startPipes(deps, spec, { hasStdin, keptBytes })
        : startPty(deps, spec, { size: pty, keptBytes }));
      const started = { live, origin, spec, tag };
      running.add(started);
      void live.ended.then(() => retire(started));
      return started;
    },
    running: () => [...running],
    find: (isWanted) => [...running].findLast(isWanted) ?? ended.find(isWanted),
    groups() {
      for (const pid of leftBehind) if (!signalGroup(pid, 0)) leftBehind.delete(pid);
      return [...[...running].map(({ live }) => live.pid), ...leftBehind];
    },
    signal(process, signal) {
      const { pid } = process.live;
      // Once its group is empty, its number may be somebody else's.
      if (!running.has(process) && !leftBehind.has(pid)) return false;
      return signal === 'SIGTERM' ? signalGroup(pid, signal) : signalSession(pid, signal);
    },
  };
}
