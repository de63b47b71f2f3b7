import { signalGroup } from './process/signal-group.ts';

export interface ShutdownDeps {
  /** Leaders of all process groups that still run. */
  readonly groups: () => readonly number[];
  /** Those among them that lead a terminal: an interactive shell ignores SIGTERM and ends when its line is hung up. */
  readonly terminals: () => readonly number[];
  /** The code of the sandbox's end. */
  readonly endWith: (exitCode: number) => void;
}

export interface Shutdown {
  /** SIGKILL of the container comes in so many milliseconds. */
  announce(killInMs: number): void;
  /** SIGTERM has come: ends every group, and the agent when none is left, or shortly before the kill. */
  begin(): void;
}

/** 128 and SIGTERM's number. */
const TERMINATED = 143;
const LOOK_MS = 10;
/** What the agent keeps for itself before the kill, to tell its streams how everything ended. */
const RESERVE_MS = 200;
/** The grace of the engine when nobody has told it. */
const DEFAULT_GRACE_MS = 10_000;

export function shutdown({ groups, terminals, endWith }: ShutdownDeps): Shutdown {
  let killAtMs: number | undefined;
  let hasBegun = false;
  return {
    announce(killInMs) {
      killAtMs = performance.now() + killInMs;
    },
    begin() {
      if (hasBegun) return;
      hasBegun = true;
      killAtMs ??= performance.now() + DEFAULT_GRACE_MS;
      for (const pid of groups()) signalGroup(pid, 'SIGTERM');
      for (const pid of terminals()) signalGroup(pid, 'SIGHUP');
      const look = () => {
        const isLate = performance.now() >= (killAtMs ?? 0) - RESERVE_MS;
        if (isLate) for (const pid of groups()) signalGroup(pid, 'SIGKILL');
        if (isLate || groups().length === 0) endWith(TERMINATED);
        else setTimeout(look, LOOK_MS);
      };
      look();
    },
  };
}
