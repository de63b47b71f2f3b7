import { request as ask, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Call, Outcome } from './call.ts';
import type { Dial } from './dial.ts';
import { dialRefusal } from './dial-refusal.ts';
import { inwardHeaders } from './inward-headers.ts';
import { outwardHeaders } from './outward-headers.ts';
import { pump } from './pump.ts';
import { notRunning, refuse } from './refusal.ts';
import type { Exchange } from './runs.ts';
import type { Flow } from './stall-watch.ts';

export interface UpgradeCall extends Call {
  /** The client's connection, which left HTTP; `response` writes to it until the protocols are switched. */
  readonly socket: Duplex;
  /** What the client sent already in the new protocol. */
  readonly head: Buffer;
  readonly dial: Dial;
}

/**
 * Asks the inside for another protocol. When it agrees, both connections become one, bytes as they are; when it does not,
 * its answer goes back and the connection ends: nothing that follows on it could be looked at.
 */
export async function upgrade(call: UpgradeCall): Promise<void> {
  const { request, response, socket, route, run, target } = call;
  let outcome: Outcome | null = null;
  let inside: Socket | null = null;
  const cut = (how: Outcome) => {
    outcome ??= how;
    inside?.destroy();
    socket.destroy();
  };
  const exchange: Exchange = {
    isEndless: true,
    end: (why) => {
      inside?.destroy();
      outcome ??= 'cut';
      if (why === 'stopped' && !isSwitched && !response.headersSent) refuse(response, notRunning(route.id));
      else cut('cut');
    },
  };
  let isSwitched = false;
  run.exchanges.add(exchange);
  socket.on('error', () => cut('left'));
  socket.once('close', () => {
    run.exchanges.delete(exchange);
    if (!isSwitched) inside?.destroy();
    call.over(outcome ?? (isSwitched ? 'served' : 'left'));
  });
  call.touch();
  try {
    inside = await call.dial(route, target.port);
    if (outcome !== null || socket.destroyed) {
      inside.destroy();
      return;
    }
    inside.on('error', () => undefined);
    const answer = await switched(inside, request, inwardHeaders(request, target, route), target.path);
    if (answer.kind === 'refused') {
      outcome = 'served';
      passRefusal(call, answer.message, () => cut('stalled'));
      return;
    }
    isSwitched = true;
    join(call, inside, answer, () => cut('stalled'));
  } catch (error) {
    const failed = dialRefusal(error, target);
    outcome ??= failed.code;
    inside?.destroy();
    refuse(response, failed);
  }
}

type Answer =
  | { readonly kind: 'switched'; readonly message: IncomingMessage; readonly head: Buffer }
  | { readonly kind: 'refused'; readonly message: IncomingMessage };

function switched(
  inside: Socket,
  { method, headers }: IncomingMessage,
  inward: string[],
  path: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = ask({
      createConnection: () => inside,
      method,
      path,
      headers: [...inward, 'Connection', 'Upgrade', 'Upgrade', headers.upgrade ?? ''],
    });
    asked.once('upgrade', (message, _socket, head) => resolve({ kind: 'switched', message, head }));
    asked.once('response', (message) => resolve({ kind: 'refused', message }));
    asked.once('error', reject);
    asked.once('close', () => reject(new Error('the connection ended without an answer')));
    asked.end();
  });
}

function join(call: UpgradeCall, inside: Socket, answer: Answer & { kind: 'switched' }, stalled: () => void): void {
  const { socket, response, stalls, route, touch, target, head } = call;
  response.detachSocket(socket as Socket); // the server's own connection, which is a socket
  const { headers } = outwardHeaders(answer.message.rawHeaders, target);
  headers.push('Connection', 'Upgrade', 'Upgrade', answer.message.headers.upgrade ?? '');
  const lines = Array.from({ length: headers.length / 2 }, (_, i) => `${headers[i * 2]}: ${headers[i * 2 + 1]}\r\n`);
  const reason = answer.message.statusMessage ?? 'Switching Protocols';
  socket.write(`HTTP/1.1 101 ${reason}\r\n${lines.join('')}\r\n`, 'latin1');
  if (answer.head.length > 0) socket.write(answer.head);
  if (head.length > 0) inside.write(head);
  const watched = (flow: Flow) => ({
    onBytes: touch,
    onBlocked: () => stalls.block(flow),
    onFlowing: () => stalls.release(flow),
  });
  pump(inside, socket, watched({ sandboxId: route.id, stalled }));
  pump(socket, inside, watched({ sandboxId: route.id, stalled }));
}

function passRefusal(call: UpgradeCall, message: IncomingMessage, stalled: () => void): void {
  const { response, target, touch, stalls, route } = call;
  const flow: Flow = { sandboxId: route.id, stalled };
  const { headers } = outwardHeaders(message.rawHeaders, target);
  response.sendDate = false;
  response.writeHead(message.statusCode ?? 502, message.statusMessage, [...headers, 'Connection', 'close']);
  message.on('data', (chunk: Buffer) => {
    touch();
    if (response.write(chunk)) return;
    stalls.block(flow);
    message.pause();
  });
  response.on('drain', () => {
    stalls.release(flow);
    message.resume();
  });
  message.once('end', () => response.end());
  message.once('close', () => {
    stalls.release(flow);
    if (!message.complete) response.destroy();
  });
}
