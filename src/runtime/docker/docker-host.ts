import { SandboxError } from '../../domain/errors.ts';

/** Where an engine is reached. */
export type DockerHost =
  | { readonly kind: 'unix'; readonly socketPath: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'ssh'; readonly destination: string; readonly port: number | null };

const DEFAULT_SOCKET = '/var/run/docker.sock';

/** Reads `unix:///path`, `tcp://host:port`, `ssh://[user@]host[:port]`; empty is the local socket. Throws `invalid_request`. */
export function parseDockerHost(text: string | undefined): DockerHost {
  if (text === undefined || text === '') return { kind: 'unix', socketPath: DEFAULT_SOCKET };
  if (text.startsWith('unix://')) {
    return { kind: 'unix', socketPath: text.slice('unix://'.length) || DEFAULT_SOCKET };
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'tcp:' && url.hostname !== '') {
    return { kind: 'tcp', host: url.hostname, port: url.port === '' ? 2375 : Number(url.port) };
  }
  if (url?.protocol === 'ssh:' && isSshName(url.hostname) && (url.username === '' || isSshName(url.username))) {
    const destination = url.username === '' ? url.hostname : `${url.username}@${url.hostname}`;
    return { kind: 'ssh', destination, port: url.port === '' ? null : Number(url.port) };
  }
  throw new SandboxError('invalid_request', `The Docker host "${text}" cannot be understood.`, {
    hint: 'Write unix:///path/to/docker.sock, tcp://host:port or ssh://user@host.',
  });
}

// A name that starts with a dash would be read as an option by ssh.
function isSshName(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(text);
}
