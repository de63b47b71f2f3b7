import { spawn } from 'node:child_process';
import { Agent } from 'node:http';
import { Duplex } from 'node:stream';
import type { DockerHost } from './docker-host.ts';

const STDERR_KEPT = 2048;

/**
 * An HTTP agent whose connections are `ssh <destination> docker system dial-stdio`, as the Docker client does it: the
 * user's ssh configuration, keys and known hosts apply.
 */
export function sshAgent(host: Extract<DockerHost, { kind: 'ssh' }>, program = 'ssh'): Agent {
  const port = host.port === null ? [] : ['-p', String(host.port)];
  const options = ['-o', 'BatchMode=yes', '-o', 'ConnectTimeout=10', '-T'];
  const argv = [...options, ...port, '--', host.destination, 'docker', 'system', 'dial-stdio'];
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 4 });
  return Object.assign(agent, { createConnection: () => processSocket(program, argv) });
}

function processSocket(program: string, argv: readonly string[]): Duplex {
  const child = spawn(program, argv, { stdio: ['pipe', 'pipe', 'pipe'] });
  const socket = Duplex.from({ readable: child.stdout, writable: child.stdin });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString('utf8')).slice(-STDERR_KEPT);
  });
  child.on('error', (error) => socket.destroy(error));
  child.on('exit', (code) => {
    if (code !== 0) socket.destroy(new Error(`ssh ended with ${code}: ${complaint.trim()}`));
  });
  socket.on('close', () => child.kill());
  return Object.assign(socket, socketManners);
}

/** What the agent calls on a socket that it keeps; a pipe to a process has none of it. */
const socketManners = {
  setKeepAlive() {},
  setNoDelay() {},
  setTimeout() {},
  ref() {},
  unref() {},
};
