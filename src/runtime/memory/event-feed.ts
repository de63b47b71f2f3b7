import { SandboxError } from '../../domain/errors.ts';
import type { ContainerEvent } from '../../ports/container-runtime.ts';

/** The engine's events, told to each subscriber from its subscription on. */
export interface EventFeed {
  tell(event: FeedEvent): void;
  /** Breaks every stream that is open. */
  cut(): void;
  /** Ends quietly when the signal aborts; throws `engine_unavailable` when cut. */
  subscribe(serviceId: string, signal: AbortSignal): AsyncGenerator<ContainerEvent>;
}

export interface FeedEvent extends ContainerEvent {
  readonly serviceId: string | null;
}

interface Subscriber {
  readonly serviceId: string;
  readonly waiting: ContainerEvent[];
  isCut: boolean;
  wake: () => void;
}

export function eventFeed(): EventFeed {
  const subscribers = new Set<Subscriber>();
  return {
    tell({ serviceId, ...event }) {
      for (const subscriber of subscribers) {
        if (subscriber.serviceId !== serviceId) continue;
        subscriber.waiting.push(event);
        subscriber.wake();
      }
    },
    cut() {
      for (const subscriber of subscribers) {
        subscriber.isCut = true;
        subscriber.wake();
      }
    },
    async *subscribe(serviceId, signal) {
      const subscriber: Subscriber = { serviceId, waiting: [], isCut: false, wake: () => {} };
      const onAbort = () => subscriber.wake();
      signal.addEventListener('abort', onAbort);
      subscribers.add(subscriber);
      try {
        while (!signal.aborted) {
          const event = subscriber.waiting.shift();
          if (event !== undefined) yield event;
          else if (subscriber.isCut) throw new SandboxError('engine_unavailable', 'The event stream broke.');
          else await news(subscriber);
        }
      } finally {
        subscribers.delete(subscriber);
        signal.removeEventListener('abort', onAbort);
      }
    },
  };
}

function news(subscriber: Subscriber): Promise<void> {
  return new Promise((resolve) => {
    subscriber.wake = resolve;
  });
}
