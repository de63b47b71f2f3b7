import type { Readable } from 'node:stream';
import type { AgentAnswer } from '../ports/agent-client.ts';
import type { Use } from './use-sandbox.ts';

const PATH = '/sandglass/files';

/** What is asked of the files of a sandbox that runs. */
export interface FilesWish {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'DELETE';
  readonly what: '' | '/list' | '/glob' | '/grep' | '/archive';
  /** Names are those of the agent; undefined = left out. */
  readonly query: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Readable;
}

/** Asks the agent inside, which knows users, links and rights. */
export function askForFiles(use: Use, { method, what, query, headers, body }: FilesWish): Promise<AgentAnswer> {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) parameters.set(name, String(value));
  return use.ask({ method, path: `${PATH}${what}?${parameters}`, ...(headers === undefined ? {} : { headers }), body });
}
