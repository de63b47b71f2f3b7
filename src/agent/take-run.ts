import { type AgentInit, type AgentInitDone, type AgentInitRefused, REHEARSAL } from '../contract/agent.ts';
import { AgentError } from './agent-error.ts';
import type { MainCommand } from './main-command.ts';
import { type RunDeps, runOf } from './run-of.ts';

export interface TakeRunDeps extends RunDeps {
  readonly mainCommand: MainCommand;
  /** Told once, when the answer is out that the run was taken. */
  readonly onReady: (init: AgentInit) => void;
  /** Makes the calls of a first run fast, before the answer. */
  readonly rehearse: (init: AgentInit) => Promise<void>;
  /** Ends the agent with that code, once its answer is out. */
  readonly endWith: (exitCode: number) => void;
}

export interface TakenRun {
  /** Of HTTP; what is refused otherwise is thrown. */
  readonly status: 200 | 422;
  readonly body: AgentInitDone | AgentInitRefused;
  /** To be called once the answer is out. */
  readonly answered: () => void;
}

/** The agent's one run, however it is handed over. */
export interface RunTaker {
  /** Takes one run, once; the same again is the same answer. Throws `failed_precondition` (409) for any other. */
  take(init: AgentInit): Promise<TakenRun>;
}

/** A command that is up this long after its start was started well. */
const HOLD_MS = 50;
/** Exit code of a shell whose command cannot be started (POSIX, 2.8.2). */
const NOT_STARTED = 127;

/** Before the one run there may be one rehearsal. A run whose command ends at once, or cannot be started, ends the agent. */
export function runTaker(deps: TakeRunDeps): RunTaker {
  let under: Promise<AgentInitRefused | undefined> | undefined;
  let current: Pick<AgentInit, 'incarnation' | 'createdAtMs'> | undefined;
  return {
    async take(init) {
      const beganMs = performance.now();
      const { incarnation, createdAtMs } = init;
      const isAnother = incarnation !== current?.incarnation || createdAtMs !== current.createdAtMs;
      if (isAnother && current !== undefined && current.incarnation !== REHEARSAL) {
        throw new AgentError('failed_precondition', `This agent serves incarnation ${current.incarnation}.`);
      }
      current = { incarnation, createdAtMs };
      if (isAnother) under = begin(deps, init);
      const refused = await under;
      if (refused !== undefined) {
        return { status: 422, body: refused, answered: () => deps.endWith(refused.exitCode ?? NOT_STARTED) };
      }
      const isRehearsal = incarnation === REHEARSAL;
      if (isAnother && isRehearsal) await deps.rehearse(init);
      const answered = () => {
        if (isAnother && !isRehearsal) deps.onReady(init);
      };
      return { status: 200, body: { outcome: 'ready', tookMs: sinceMs(beganMs) }, answered };
    },
  };
}

function sinceMs(beganMs: number): number {
  return Math.round((performance.now() - beganMs) * 100) / 100;
}

/** Why the run was refused; undefined when it was not. */
async function begin(deps: TakeRunDeps, init: AgentInit): Promise<AgentInitRefused | undefined> {
  try {
    deps.session.begin(await runOf(deps, init));
    const ended = init.command === null ? undefined : await deps.mainCommand.start(init.command, HOLD_MS);
    if (ended === undefined) return undefined;
    return { outcome: 'refused', message: `Its command ended at once with code ${ended}.`, exitCode: ended };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { outcome: 'refused', message, exitCode: null };
  }
}
