import type { Call, Outcome } from './call.ts';
import { notRunning, type Refusal, refuse } from './refusal.ts';
import type { Exchange } from './runs.ts';
import type { Flow } from './stall-watch.ts';

/** A request under way, from both of its ends: whoever ends it first ends the other side too. */
export interface OpenExchange {
  isOver(): boolean;
  /** Ends it: with an answer of our own where one is given and still can be, else by cutting the client off. */
  finish(how: Outcome, reason: Refusal | null): void;
  /** How the side inside is ended. */
  abortBy(abort: (reason?: Error) => void): void;
  /** The answer's head is out; `resume` lets the inside go on. */
  begun(isEndless: boolean, resume: () => void): void;
  /** The client takes no more for now. */
  blocked(): void;
  /** The answer is complete; the client may still be reading it. */
  served(): void;
  /** The same for what goes inside. */
  readonly inward: { readonly onBlocked: () => void; readonly onFlowing: () => void };
}

/** Enters a call into its run, until the client's side of it is closed. */
export function openExchange(call: Call): OpenExchange {
  const { response, route, run, stalls } = call;
  const state = { outcome: null as Outcome | null, isEndless: false, wasBlocked: false };
  let abort: (reason?: Error) => void = () => undefined;
  let resume: () => void = () => undefined;
  const finish = (how: Outcome, reason: Refusal | null) => {
    state.outcome ??= how;
    abort(new Error(how));
    if (reason === null) response.destroy();
    else refuse(response, reason);
  };
  const flows = twoFlows(route.id, () => finish('stalled', null));
  const entry = entryOf(call, state, finish);
  run.exchanges.add(entry);
  response.on('drain', () => {
    stalls.release(flows.outward);
    resume();
  });
  response.once('close', () => {
    run.exchanges.delete(entry);
    stalls.release(flows.outward);
    stalls.release(flows.inward);
    if (state.outcome === null) finish('left', null);
    call.over(state.outcome ?? 'left');
  });
  return {
    finish,
    isOver: () => state.outcome !== null,
    abortBy(given) {
      abort = given;
      if (state.outcome !== null || response.destroyed) given(new Error('over'));
    },
    begun(isEndless, go) {
      state.isEndless = isEndless;
      resume = go;
    },
    blocked() {
      state.wasBlocked = true;
      stalls.block(flows.outward);
    },
    served() {
      state.outcome ??= 'served';
      if (state.wasBlocked && response.writableLength > 0) stalls.block(flows.outward);
    },
    inward: { onBlocked: () => stalls.block(flows.inward), onFlowing: () => stalls.release(flows.inward) },
  };
}

function twoFlows(sandboxId: string, stalled: () => void): { readonly outward: Flow; readonly inward: Flow } {
  return { outward: { sandboxId, stalled }, inward: { sandboxId, stalled } };
}

function entryOf(
  { response, route }: Call,
  state: { readonly isEndless: boolean },
  finish: OpenExchange['finish'],
): Exchange {
  return {
    get isEndless() {
      return state.isEndless;
    },
    end(why) {
      if (!response.headersSent) response.setHeader('Connection', 'close');
      finish('cut', why === 'stopped' && !response.headersSent ? notRunning(route.id) : null);
    },
  };
}
