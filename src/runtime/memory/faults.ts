import { SandboxError } from '../../domain/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ContainerRuntime } from '../../ports/container-runtime.ts';

/** A call of the port that goes to the engine. */
export type CallName = Exclude<keyof ContainerRuntime, 'engine' | 'addressAt' | 'addressCount' | 'close'> | 'agentInit';

export interface Fault {
  /** `engine_unavailable` when not given. */
  readonly error?: SandboxError;
  /** How many calls; 1 when not given. */
  readonly times?: number;
  /** True when the engine does the work and only the answer is lost. */
  readonly didHappen?: boolean;
}

export interface Faults {
  /** Runs a call as the present faults have it. */
  run<T>(call: CallName, act: () => T | Promise<T>): Promise<T>;
  /** Each call of that name takes so long on the injected clock before it acts; 0 = no time. */
  delay(call: CallName, ms: number): void;
  failNext(call: CallName, fault?: Fault): void;
  /** The next call of that name waits until the returned function is called, then acts. */
  hangNext(call: CallName): () => void;
  /** While down every call fails with `engine_unavailable`; containers live on. */
  setDown(isDown: boolean): void;
  count(call: CallName): number;
}

export function faults(clock: Clock): Faults {
  const counts = new Map<CallName, number>();
  const delays = new Map<CallName, number>();
  const failures = new Map<CallName, Required<Fault>[]>();
  const hangs = new Map<CallName, Promise<void>[]>();
  let isDown = false;
  return {
    async run(call, act) {
      counts.set(call, (counts.get(call) ?? 0) + 1);
      // Containers, and the agents in them, live on without their engine.
      if (isDown && call !== 'agentInit') throw unavailable();
      const failure = take(failures, call);
      await hangs.get(call)?.shift();
      const delayMs = delays.get(call) ?? 0;
      if (delayMs > 0) await clock.sleep(delayMs);
      if (failure !== undefined && !failure.didHappen) throw failure.error;
      const result = await act();
      if (failure !== undefined) throw failure.error;
      return result;
    },
    delay(call, ms) {
      delays.set(call, ms);
    },
    failNext(call, { error = unavailable(), times = 1, didHappen = false } = {}) {
      failures.set(call, [...(failures.get(call) ?? []), { error, times, didHappen }]);
    },
    hangNext(call) {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      hangs.set(call, [...(hangs.get(call) ?? []), held]);
      return () => release();
    },
    setDown(value) {
      isDown = value;
    },
    count: (call) => counts.get(call) ?? 0,
  };
}

function take(failures: Map<CallName, Required<Fault>[]>, call: CallName): Required<Fault> | undefined {
  const [first, ...rest] = failures.get(call) ?? [];
  if (first === undefined) return undefined;
  failures.set(call, first.times > 1 ? [{ ...first, times: first.times - 1 }, ...rest] : rest);
  return first;
}

function unavailable(): SandboxError {
  return new SandboxError('engine_unavailable', 'The container engine "memory" does not answer.');
}
