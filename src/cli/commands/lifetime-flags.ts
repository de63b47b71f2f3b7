import type { LifetimeChange } from '../../sdk/index.ts';
import { type Span, secondsOf } from '../args/span.ts';

/** Spans in seconds. */
export interface LifetimeFlags {
  readonly timeout?: Span;
  readonly idle?: Span;
  readonly onTimeout?: 'stop' | 'pause' | 'delete';
  readonly autoDelete?: number;
}

/** undefined when nothing is said of it. */
export function lifetimeOf({ timeout, idle, onTimeout, autoDelete }: LifetimeFlags): LifetimeChange | undefined {
  const lifetime: LifetimeChange = {
    ...(timeout === undefined ? {} : { timeoutSeconds: secondsOf(timeout) }),
    ...(idle === undefined ? {} : { idleSeconds: secondsOf(idle) }),
    ...(onTimeout === undefined ? {} : { onTimeout }),
    ...(autoDelete === undefined ? {} : { autoDeleteSeconds: autoDelete }),
  };
  return Object.keys(lifetime).length === 0 ? undefined : lifetime;
}
