import { AgentError } from '../agent-error.ts';
import type { Ticks } from '../ticks.ts';
import { type Chunk, outputLog, type StreamName } from './output-log.ts';

/** How a process ended. */
export interface Outcome {
  /** 128 and the signal's number for one that was killed, as a shell tells it. */
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | null;
}

export type OutputEvent =
  | { readonly type: 'data'; readonly seq: number; readonly stream: StreamName; readonly data: Buffer }
  | { readonly type: 'end'; readonly seq: number; readonly outcome: Outcome };

/** One who follows a process, at their own pace. */
export interface OutputReader {
  /** Number of what was taken last. */
  readonly seq: number;
  /** The next event, undefined when there is none yet; throws what it failed with. */
  take(): OutputEvent | undefined;
  /** Calls back once, when `take` has something to say; at once when it has now. */
  whenReady(callback: () => void): void;
  /** From now on `take` throws that. */
  fail(error: AgentError): void;
  /** Needs no more events. Calling it twice is fine. */
  close(): void;
}

/** What a process writes, kept for a while and handed to any number of readers. */
export interface ProcessOutput {
  /** Whether the process waits for its readers. */
  readonly isHeld: boolean;
  readonly lastSeq: number;
  readonly keptBytes: number;
  push(stream: StreamName, data: Buffer): void;
  end(outcome: Outcome): void;
  /** Everything after that number; throws `aborted` (410) when some of it is no longer kept. */
  readAfter(seq: number): OutputReader;
  /** What is kept, however old. */
  readKept(): OutputReader;
  /** What comes from now on. */
  readNew(): OutputReader;
}

export interface OutputDeps {
  /** What is kept of each stream. */
  readonly limitBytes: number;
  readonly ticks: Pick<Ticks, 'after'>;
  /** Lets the process wait with its writes, and go on. */
  readonly hold: (isHeld: boolean) => void;
}

/** A reader that takes nothing for so long, while the process waits for it, is dropped. */
const STALL_MS = 10_000;
const HOLD_AT = 0.75;
const RELEASE_AT = 0.5;

/**
 * Readers hold a place in the log, no bytes. The process goes at the pace of its fastest reader, and at its own where
 * there is none: a reader that falls out of the log behind the others, or stalls, is dropped with `resource_exhausted`.
 */
export function processOutput({ limitBytes, ticks, hold }: OutputDeps): ProcessOutput {
  const log = outputLog(limitBytes);
  const readers = new Set<Place>();
  let outcome: Outcome | undefined;
  let cancelStall: (() => void) | undefined;
  let takes = 0;

  const regulate = () => {
    if (!output.isHeld) {
      const isWaitedFor = readers.size > 0 && [...readers].every((place) => place.lag() >= HOLD_AT);
      if (isWaitedFor && outcome === undefined) holdBack();
    } else if (readers.size === 0 || [...readers].some((place) => place.lag() < RELEASE_AT)) {
      release();
    }
  };
  const holdBack = () => {
    output.isHeld = true;
    hold(true);
    const watch = (seen: number) => {
      cancelStall = ticks.after(STALL_MS, () => {
        if (seen !== takes) watch(takes);
        else for (const place of [...readers]) place.fail(tooSlow());
      });
    };
    watch(takes);
  };
  const release = () => {
    cancelStall?.();
    cancelStall = undefined;
    output.isHeld = false;
    hold(false);
  };
  const open = (seq: number): OutputReader => {
    const place = placeIn(seq, log.trimmedSeq);
    readers.add(place);
    return place;
  };
  const placeIn = (from: number, knownLoss: number): Place => {
    let taken = log.costAt(from);
    let failure: AgentError | undefined;
    let wake: (() => void) | undefined;
    const place = {
      seq: from,
      lag(): number {
        const all = log.costAt(log.lastSeq);
        return Math.max(all.stdout - taken.stdout, all.stderr - taken.stderr, all.pty - taken.pty) / limitBytes;
      },
      take(): OutputEvent | undefined {
        if (failure !== undefined) throw failure;
        const chunk = log.next(place.seq);
        if (chunk === undefined) return outcome && { type: 'end', seq: log.lastSeq + 1, outcome };
        place.seq = chunk.seq;
        taken = { ...taken, [chunk.stream]: chunk.endCost };
        takes += 1;
        regulate();
        return eventOf(chunk);
      },
      whenReady(callback: () => void): void {
        const isReady = failure !== undefined || outcome !== undefined || log.lastSeq > place.seq;
        if (isReady) callback();
        else wake = callback;
      },
      hasLost: (): boolean => log.trimmedSeq > Math.max(place.seq, knownLoss),
      wake(): void {
        const callback = wake;
        wake = undefined;
        callback?.();
      },
      fail(error: AgentError): void {
        failure ??= error;
        place.close();
        place.wake();
      },
      close(): void {
        if (readers.delete(place)) regulate();
      },
    };
    return place;
  };
  const tell = () => {
    for (const place of [...readers]) {
      if (place.hasLost()) place.fail(tooSlow());
      else place.wake();
    }
  };
  const output = {
    isHeld: false,
    lastSeq: 0,
    keptBytes: 0,
    push(stream: StreamName, data: Buffer): void {
      log.push(stream, data);
      output.lastSeq = log.lastSeq;
      output.keptBytes = log.keptBytes;
      tell();
      regulate();
    },
    end(how: Outcome): void {
      outcome = how;
      tell();
      if (output.isHeld) release();
    },
    readAfter(seq: number): OutputReader {
      if (seq < log.trimmedSeq) {
        throw new AgentError('aborted', `Output up to ${log.trimmedSeq} is no longer kept.`);
      }
      return open(seq);
    },
    readKept: (): OutputReader => open(0),
    readNew: (): OutputReader => open(log.lastSeq),
  };
  return output;
}

interface Place extends OutputReader {
  /** How much of the log it has not taken yet: 1 = as much as is kept. */
  lag(): number;
  /** Whether something that it has not taken is no longer kept. */
  hasLost(): boolean;
  wake(): void;
}

function eventOf({ seq, stream, data }: Chunk): OutputEvent {
  return { type: 'data', seq, stream, data };
}

function tooSlow(): AgentError {
  return new AgentError('resource_exhausted', 'The reader took the output too slowly and was dropped.');
}
