import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, IncomingMessage } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { inspect } from 'node:util';
import Docker from 'dockerode';
import { errorMessage, SandboxError } from '../../domain/errors.ts';
import { type DockerHost, parseDockerHost } from './docker-host.ts';
import { sshAgent } from './ssh-agent.ts';

export interface EngineRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Its variable parts are encoded already. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** A tar archive, sent in place of the body. */
  readonly upload?: Readable;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Connection {
  readonly host: DockerHost;
  /** Resolves with the answer's head, whatever its status; rejects when there was none. The signal destroys both. */
  send(request: EngineRequest, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

export interface ConnectionDeps {
  /** `unix:///path`, `tcp://host:port`, `ssh://user@host`; the local socket when not given. */
  readonly dockerHost?: string | undefined;
  /** A folder with ca.pem, cert.pem and key.pem: tcp speaks TLS then. */
  readonly certPath?: string | undefined;
  /** The ssh program, for tests. */
  readonly sshProgram?: string | undefined;
}

/** Throws `invalid_request` for a host or certificates that cannot be read; connects to nothing yet. */
export function openConnection(deps: ConnectionDeps): Connection {
  const host = parseDockerHost(deps.dockerHost);
  const where = reach(host, deps);
  keepQuiet(where.agent);
  const docker = new Docker({ ...NOTHING_FROM_ENV, protocol: 'http', ...where });
  return {
    host,
    send: (request, signal) => dial(docker.modem, request, signal),
    close: () => where.agent.destroy(),
  };
}

/**
 * docker-modem 5.0.7 inspects the options of every call to any depth for a debug line that nobody reads (modem.js, `dial`):
 * with all sockets of the agent in them that took 2 to 3 ms of each call.
 */
function keepQuiet(agent: object): void {
  Object.assign(agent, { [inspect.custom]: () => 'agent' });
}

/** docker-modem takes what is not set from DOCKER_HOST and its kin. */
const NOTHING_FROM_ENV = {
  host: undefined,
  port: undefined,
  socketPath: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
};

function reach(host: DockerHost, deps: ConnectionDeps) {
  const keep = { keepAlive: true, keepAliveMsecs: 15_000, maxFreeSockets: 16 };
  switch (host.kind) {
    case 'unix':
      return { socketPath: host.socketPath, agent: new HttpAgent(keep) };
    case 'ssh':
      // The name only fills the Host header: the agent makes the connection.
      return { host: 'engine', port: 80, agent: sshAgent(host, deps.sshProgram) };
    case 'tcp': {
      const { certPath } = deps;
      if (certPath === undefined) return { host: host.host, port: host.port, agent: new HttpAgent(keep) };
      const tls = readCertificates(certPath);
      return {
        host: host.host,
        port: host.port,
        protocol: 'https' as const,
        agent: new HttpsAgent({ ...keep, ...tls }),
      };
    }
    default:
      return host satisfies never;
  }
}

function readCertificates(folder: string) {
  try {
    const read = (name: string) => readFileSync(join(folder, name));
    return { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') };
  } catch (cause) {
    throw new SandboxError('invalid_request', `The engine's certificates cannot be read: ${errorMessage(cause)}`, {
      hint: 'The folder must hold ca.pem, cert.pem and key.pem, as DOCKER_CERT_PATH does.',
      cause,
    });
  }
}

/** With every status expected, docker-modem hands out each answer instead of making an Error of its text. */
const EVERY_STATUS = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [index + 100, true]));

function dial(modem: Docker['modem'], request: EngineRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const options = {
    path: `${request.path}?`,
    method: request.method,
    options: { _query: request.query ?? {}, _body: request.body ?? {} },
    ...(request.headers === undefined ? {} : { headers: { ...request.headers } }),
    ...(request.upload === undefined ? {} : { file: request.upload }),
    isStream: true,
    statusCodes: EVERY_STATUS,
    abortSignal: signal,
  };
  return new Promise((resolve, reject) => {
    modem.dial(options, (error, answer) => {
      if (answer instanceof IncomingMessage) resolve(answer);
      else reject(error ?? new Error('docker-modem handed out no answer'));
    });
  });
}
