import { chown, mkdir, stat } from 'node:fs/promises';
import { type AgentInit, agentVariables } from '../contract/agent.ts';
import type { Account, Accounts } from './accounts.ts';
import type { Run, Session } from './session.ts';

export interface RunDeps {
  readonly session: Session;
  readonly accounts: Accounts;
  /** The environment that the image gave to the agent's own process. */
  readonly imageEnv: Readonly<Record<string, string | undefined>>;
  /** The directory of the image, in which the agent was started. */
  readonly imageWorkdir: string;
}

const DEFAULT_USER = 'user';

/** What the processes of a run begin with. Throws with words for the caller when the image lacks the user. */
export async function runOf(deps: RunDeps, init: AgentInit): Promise<Run> {
  const { accounts, imageWorkdir } = deps;
  const name = defaultUserOf(deps, init);
  const first = accounts.get(name);
  // Its groups and its home may change while it works; one that was removed stays what it was.
  const defaultUser = () => accounts.find(name) ?? first;
  if (init.workdir !== null) await ensureFolder(init.workdir, first);
  return {
    init,
    get defaultUser() {
      return defaultUser();
    },
    get workdir() {
      return init.workdir ?? (imageWorkdir === '/' ? defaultUser().home : imageWorkdir);
    },
    env: { ...imageEnv(deps), ...init.env },
  };
}

/** As asked, else the image's, else `user`, else root. */
function defaultUserOf({ accounts, imageEnv }: RunDeps, { user }: AgentInit): string {
  const wanted = user ?? imageEnv[agentVariables.imageUser];
  if (wanted !== undefined && wanted !== '') {
    if (accounts.find(wanted) === undefined) throw new Error(`The image has no user "${wanted}".`);
    return wanted;
  }
  return accounts.find(DEFAULT_USER) === undefined ? 'root' : DEFAULT_USER;
}

/** The engine makes a missing working directory; so does the agent, for whoever works there. */
async function ensureFolder(path: string, owner: Account): Promise<void> {
  if (await stat(path).catch(() => undefined)) return;
  await mkdir(path, { recursive: true });
  await chown(path, owner.uid, owner.gid);
}

/** Without what is the agent's own, or the engine's guess at a terminal. */
function imageEnv({ imageEnv: env }: RunDeps): Record<string, string> {
  const own: readonly string[] = [...Object.values(agentVariables), 'HOME', 'HOSTNAME', 'PWD', 'OLDPWD', 'SHLVL', '_'];
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined || own.includes(name) ? [] : [[name, value]])),
  );
}
