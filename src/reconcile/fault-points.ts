import type { AgentClient } from '../ports/agent-client.ts';
import type { ContainerRuntime } from '../ports/container-runtime.ts';
import type { FaultPoint } from '../ports/fault-point.ts';
import type { LiveStore } from '../ports/live-store.ts';
import type { Replacement, SandboxStore } from '../ports/sandbox-store.ts';

export interface PointedPorts {
  readonly store: SandboxStore;
  readonly live: LiveStore;
  readonly runtime: ContainerRuntime;
  readonly agent: AgentClient;
}

/** Answered at once, or streams: nothing happens between their call and their answer. */
const NOT_POINTED = ['addressAt', 'addressCount', 'status', 'onReconnect', 'ids', 'events', 'close'];

/**
 * The same ports with a point before and after every call, named `store.replace(STOP_REQUESTED):before`. The points are
 * those of the ports' own methods, so that a new call of a new job cannot be forgotten.
 */
export function withFaultPoints(ports: PointedPorts, faultPoint: FaultPoint): PointedPorts {
  return {
    store: pointed('store', ports.store, faultPoint),
    live: pointed('live', ports.live, faultPoint),
    runtime: pointed('engine', ports.runtime, faultPoint),
    agent: pointed('agent', ports.agent, faultPoint),
  };
}

function pointed<Port extends object>(portName: string, port: Port, faultPoint: FaultPoint): Port {
  return new Proxy(port, {
    get(target, key, receiver) {
      const member: unknown = Reflect.get(target, key, receiver);
      if (typeof member !== 'function' || typeof key !== 'string' || NOT_POINTED.includes(key)) return member;
      return async (...args: unknown[]) => {
        const name = `${portName}.${key}${detailOf(key, args)}`;
        await faultPoint(`${name}:before`);
        const answer: unknown = await Reflect.apply(member, target, args);
        await faultPoint(`${name}:after`);
        return answer;
      };
    },
  });
}

/** One method serves every transition: the event tells them apart. */
function detailOf(method: string, [first]: readonly unknown[]): string {
  if (method !== 'replace') return '';
  // What replace takes, see the port.
  const { transition } = first as Replacement;
  return `(${transition?.event ?? 'PATCH'})`;
}
