import type { Outcome, ProcessOutput } from './process-output.ts';

/** A process that was started through the agent, until it is forgotten. */
export interface LiveProcess {
  /** Leader of its group and session. */
  readonly pid: number;
  readonly isTerminal: boolean;
  readonly output: ProcessOutput;
  /** undefined while it runs; its last output may still be on its way. */
  readonly outcome: Outcome | undefined;
  /** Resolves when its output has ended too. */
  readonly ended: Promise<Outcome>;
  /**
   * Resolves when the bytes are on their way, which may wait for the process to read. Throws `failed_precondition`
   * without an open stdin, `resource_exhausted` when too much waits already.
   */
  write(data: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Throws `failed_precondition` without a stdin; closing it twice is fine. */
  closeInput(): void;
  /** Throws `failed_precondition` for one that is no terminal. */
  resize(size: TerminalSize): void;
}

export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}
