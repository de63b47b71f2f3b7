import { chown, mkdir, stat } from 'node:fs/promises';
import { type AgentInit, agentVariables } from '../contract/agent.ts';
import type { Account, Accounts } from './accounts.ts';
import type { Run, Session } from './session.ts';

export interface RunDeps {
  readonly session: Session;
  readonly accounts: Accounts;
  /** What every process inside begins with: `imageEnvOf` the agent's own environment. */
  readonly imageEnv: Readonly<Record<string, string>>;
  /** The USER of the image; empty when it names none. */
  readonly imageUser: string;
  /** The directory of the image, in which the agent was started. */
  readonly imageWorkdir: string;
}

const DEFAULT_USER = 'user';

/** What the processes of a run begin with. Throws with words for the caller when the image lacks the user. */
export async function runOf(deps: RunDeps, init: AgentInit): Promise<Run> {
  const { accounts, imageWorkdir } = deps;
  const [name, first] = defaultUserOf(deps, init);
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
    env: { ...deps.imageEnv, ...init.env },
  };
}

/** As asked, else the image's, else `user`, else root; with the name by which it is found again. */
function defaultUserOf({ accounts, imageUser }: RunDeps, { user }: AgentInit): [string, Account] {
  const wanted = user ?? imageUser;
  if (wanted !== '') {
    const account = accounts.find(wanted);
    if (account === undefined) throw new Error(`The image has no user "${wanted}".`);
    return [wanted, account];
  }
  const usual = accounts.find(DEFAULT_USER);
  return usual === undefined ? ['root', accounts.get('root')] : [DEFAULT_USER, usual];
}

/** The engine makes a missing working directory; so does the agent, for whoever works there. */
async function ensureFolder(path: string, owner: Account): Promise<void> {
  if (await stat(path).catch(() => undefined)) return;
  await mkdir(path, { recursive: true });
  await chown(path, owner.uid, owner.gid);
}

/** The environment of the image: the agent's, without what is its own, or the engine's guess at a terminal. */
export function imageEnvOf(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const own: readonly string[] = [...Object.values(agentVariables), 'HOME', 'HOSTNAME', 'PWD', 'OLDPWD', 'SHLVL', '_'];
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined || own.includes(name) ? [] : [[name, value]])),
  );
}
