import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Activity } from '../ports/activity.ts';
import { isHealthProbe } from './agent-port.ts';
import { rawHeader } from './raw-header.ts';
import type { RefusalCode } from './refusal.ts';
import type { Route } from './route.ts';
import type { Run } from './runs.ts';
import type { StallWatch } from './stall-watch.ts';
import type { Target } from './target.ts';

/** `left`: the client went away; `cut`: the sandbox stopped, or failed in the middle; `stalled`: somebody took nothing. */
export type Outcome = 'served' | 'left' | 'cut' | 'stalled' | RefusalCode;

/** A request that was let in. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly target: Target;
  readonly route: Route;
  readonly run: Run;
  readonly stalls: StallWatch;
  /** Told of bytes in either direction; cheap. */
  readonly touch: () => void;
  /** Called once, when nothing of it is left. */
  readonly over: (outcome: Outcome) => void;
}

/** Use of the sandbox is remembered, unless the caller says that it is none. */
export function touchOf(
  activity: Activity,
  request: IncomingMessage,
  { target, route }: Pick<Call, 'target' | 'route'>,
) {
  const isSilent =
    rawHeader(request.rawHeaders, 'x-sandglass-no-activity') === '1' ||
    isHealthProbe(request.method ?? '', target.port, target.path);
  return isSilent ? () => undefined : () => activity.touch(route.id, route.incarnation);
}
