import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What becomes of a request: `pass` to the engine; `silence` = the engine never hears of it and nobody answers; `lose` =
 * the engine does it and the connection breaks before the answer; else an answer in the engine's place.
 */
export type Treatment = 'pass' | 'silence' | 'lose' | { readonly status: number; readonly message: string };
export type Rule = (method: string, path: string) => Treatment;

export interface FaultyEngine {
  readonly dockerHost: string;
  treat(rule: Rule): void;
  /** Method and path of every request so far. */
  readonly requests: readonly string[];
  openSockets(): number;
  /** Breaks every connection, as a restart of the engine does. */
  cut(): void;
  close(): Promise<void>;
}

/** A proxy in front of this machine's engine that misbehaves as told. */
export async function faultyEngine(engineSocket = '/var/run/docker.sock'): Promise<FaultyEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'sandglass-engine-'));
  const socketPath = join(folder, 'docker.sock');
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let rule: Rule = () => 'pass';
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '' } = incoming;
    requests.push(`${method} ${url}`);
    const treatment = rule(method, url);
    if (treatment === 'silence') return;
    if (treatment === 'pass') forward(engineSocket, incoming, (answer) => pass(answer, outgoing));
    else if (treatment === 'lose') forward(engineSocket, incoming, (answer) => lose(answer, outgoing));
    else outgoing.writeHead(treatment.status).end(JSON.stringify({ message: treatment.message }));
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    dockerHost: `unix://${socketPath}`,
    requests,
    treat(next) {
      rule = next;
    },
    openSockets: () => sockets.size,
    cut,
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}

function forward(socketPath: string, incoming: IncomingMessage, onAnswer: (answer: IncomingMessage) => void): void {
  const { method, url, headers } = incoming;
  const onward = request({ socketPath, method, path: url, headers }, onAnswer);
  onward.on('error', () => incoming.destroy());
  incoming.on('close', () => {
    if (incoming.destroyed && !incoming.complete) onward.destroy();
  });
  incoming.pipe(onward);
}

function pass(answer: IncomingMessage, outgoing: ServerResponse): void {
  outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
  outgoing.flushHeaders();
  answer.pipe(outgoing);
  outgoing.on('close', () => answer.destroy());
}

function lose(answer: IncomingMessage, outgoing: ServerResponse): void {
  answer.resume();
  answer.on('end', () => outgoing.destroy());
}
