import { errorMessage } from '../domain/errors.ts';
import type { Log } from '../observe/logger.ts';
import type { ChangeFeed } from '../ports/change-feed.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContainerEvent, ContainerRuntime } from '../ports/container-runtime.ts';
import type { SandboxStore } from '../ports/sandbox-store.ts';
import type { Look, Observe } from './observe.ts';

export interface EngineWatchDeps {
  readonly runtime: ContainerRuntime;
  readonly store: SandboxStore;
  readonly feed: ChangeFeed;
  readonly clock: Clock;
  readonly log: Log;
  readonly observe: Observe;
  /** A full pass after the stream was broken: events of the gap are lost. */
  readonly catchUp: (look: Look) => Promise<void>;
  readonly onOom: (sandboxId: string) => void;
}

export interface EngineWatch {
  /** False from the moment that a ping failed until the event stream is open again. */
  isReachable(): boolean;
  /** True while the event stream is open: proof of an engine that costs no call. */
  isStreaming(): boolean;
  /** Ends the stream and its reconnecting. */
  close(): Promise<void>;
}

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;
/** The stream is opened with the first read: give it a moment before the pass that covers the gap. */
const STREAM_SETTLE_MS = 100;

/** Listens to the engine. An event is only a reason to look: what counts is what an inspect finds under the lock. */
export function watchEngine(deps: EngineWatchDeps): EngineWatch {
  const stop = new AbortController();
  let isReachable = true;
  let isStreaming = false;
  const follow = async () => {
    for await (const event of deps.runtime.events(stop.signal)) hear(deps, event);
  };
  const run = async () => {
    let backoffMs = FIRST_BACKOFF_MS;
    let isFirst = true;
    while (!stop.signal.aborted) {
      let isBroken = false;
      const broken = follow()
        .catch((error: unknown) => {
          if (stop.signal.aborted) return;
          deps.log.warn({ event: 'engine.stream_broken', error: errorMessage(error) }, 'engine events broke off');
        })
        .then(() => {
          isBroken = true;
          isStreaming = false;
          return 'broken' as const;
        });
      const settled = deps.clock.sleep(STREAM_SETTLE_MS, stop.signal).then(
        () => 'open' as const,
        () => 'broken' as const,
      );
      if ((await Promise.race([broken, settled])) === 'open') {
        if (!isFirst) await deps.catchUp({ isAfterEngineLoss: !isReachable }).catch(() => undefined);
        // It may have broken again while the pass ran.
        isStreaming = !isBroken;
        isReachable = true;
        backoffMs = FIRST_BACKOFF_MS;
      }
      isFirst = false;
      await broken;
      if (stop.signal.aborted) return;
      isReachable = await answers(deps.runtime, isReachable);
      await deps.clock.sleep(backoffMs, stop.signal).catch(() => undefined);
      backoffMs = Math.min(backoffMs * 2, LONGEST_BACKOFF_MS);
    }
  };
  const running = run();
  return {
    isReachable: () => isReachable,
    isStreaming: () => isStreaming,
    async close() {
      stop.abort();
      await running;
    },
  };
}

/** Once lost, it stays lost until the stream is open again: the catch-up pass must know. */
async function answers(runtime: ContainerRuntime, wasReachable: boolean): Promise<boolean> {
  try {
    await runtime.ping();
    return wasReachable;
  } catch {
    return false;
  }
}

function hear(deps: EngineWatchDeps, event: ContainerEvent): void {
  const { sandboxId } = event;
  const heard =
    event.action === 'oom' ? tellOom(deps, sandboxId) : deps.observe(sandboxId, { isAfterEngineLoss: false });
  heard.catch((error: unknown) => {
    const fields = { event: 'engine.observe_failed', sandboxId, error: errorMessage(error) };
    deps.log.warn(fields, 'an engine event could not be followed up; the next pass will');
  });
}

async function tellOom(deps: EngineWatchDeps, sandboxId: string): Promise<void> {
  const row = await deps.store.find(sandboxId);
  if (row === undefined) return;
  deps.onOom(sandboxId);
  deps.feed.publish({ row, transition: null, notice: 'oom' });
}
