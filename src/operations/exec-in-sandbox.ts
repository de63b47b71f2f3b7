import type { AgentAnswer } from '../ports/agent-client.ts';
import type { Use } from './use-sandbox.ts';

const PATH = '/sandglass/exec';

/** What runs, and how, in the words of the agent; null = its default. */
export interface ExecWish {
  readonly command: string | readonly string[];
  readonly cwd: string | null;
  readonly env: Readonly<Record<string, string>>;
  readonly user: string | null;
  readonly stdin: string | null;
  readonly timeoutSeconds: number | null;
  readonly execId: string | null;
}

/** Runs a command: its result when it has ended, or its lines while it goes on. */
export function execInSandbox(use: Use, wish: ExecWish, form: 'result' | 'lines'): Promise<AgentAnswer> {
  const accept = form === 'lines' ? 'application/x-ndjson' : 'application/json';
  return use.ask({
    method: 'POST',
    path: PATH,
    headers: { accept, 'content-type': 'application/json' },
    body: JSON.stringify(wish),
  });
}

export function listExecs(use: Use): Promise<AgentAnswer> {
  return use.ask({ method: 'GET', path: PATH });
}

/** The lines after `after`, all that are kept when it is not given. Throws `gone` when those are not kept any more. */
export function followExec(
  use: Use,
  execId: string,
  { after, isFollowed }: { readonly after: number | undefined; readonly isFollowed: boolean },
): Promise<AgentAnswer> {
  const query = new URLSearchParams({
    follow: String(isFollowed),
    ...(after === undefined ? {} : { after: String(after) }),
  });
  return use.ask({
    method: 'GET',
    path: `${PATH}/${encodeURIComponent(execId)}?${query}`,
    headers: { accept: 'application/x-ndjson' },
  });
}

/** How it stands, without its output. */
export function getExec(use: Use, execId: string): Promise<AgentAnswer> {
  const path = `${PATH}/${encodeURIComponent(execId)}`;
  return use.ask({ method: 'GET', path, headers: { accept: 'application/json' } });
}

/** SIGKILL to all of its group; one that has ended is done. */
export function killExec(use: Use, execId: string): Promise<AgentAnswer> {
  return use.ask({ method: 'DELETE', path: `${PATH}/${encodeURIComponent(execId)}` });
}
