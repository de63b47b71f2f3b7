import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { postOnce } from '../../src/agent-client/post-once.ts';

let server: Server | undefined;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server?.close();
  if (server !== undefined) await once(server, 'close');
  server = undefined;
});

/** An agent that does this once a whole request has come; its address and what it was sent. */
async function agentThat(react: (socket: Socket) => void): Promise<{ endpoint: string; seen: string[] }> {
  const seen: string[] = [];
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', (piece) => {
      seen.push(piece.toString('utf8'));
      react(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { endpoint: `127.0.0.1:${address.port}`, seen };
}

const post = (endpoint: string) => ({ endpoint, path: '/init', headers: { 'x-secret': 's' }, body: { name: 'é' } });
const never = new AbortController().signal;
const answer = (status: string, body: string) =>
  `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

describe('postOnce', () => {
  it('sends one request with its length in bytes, and answers with status and JSON', async () => {
    const { endpoint, seen } = await agentThat((socket) => socket.end(answer('422 Unprocessable', '{"word":"ü"}')));
    expect(await postOnce(post(endpoint), { withinMs: 2_000, signal: never })).toEqual({
      ...{ status: 422, body: { word: 'ü' } },
    });
    expect(seen).toEqual([
      `POST /init HTTP/1.1\r\nhost: ${endpoint}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 13\r\nx-secret: s\r\n\r\n{"name":"é"}`,
    ]);
  });

  it('waits for the whole of an answer that comes in pieces, and not for the end of the connection', async () => {
    const bytes = Buffer.from(answer('200 OK', '{"word":"ü"}'));
    const { endpoint } = await agentThat(async (socket) => {
      // The second piece begins inside of a character.
      for (const piece of [bytes.subarray(0, 40), bytes.subarray(40, -3), bytes.subarray(-3)]) {
        socket.write(piece);
        await new Promise(setImmediate);
      }
    });
    const { body } = await postOnce(post(endpoint), { withinMs: 2_000, signal: never });
    expect(body).toEqual({ word: 'ü' });
  });

  it('has no body where the answer is no JSON', async () => {
    const { endpoint } = await agentThat((socket) => socket.end(answer('500 Oh', 'oh')));
    expect(await postOnce(post(endpoint), { withinMs: 2_000, signal: never })).toEqual({
      status: 500,
      body: undefined,
    });
  });

  it('rejects when the connection ends before the whole answer is there', async () => {
    const whole = answer('200 OK', '{"outcome":"ready"}');
    for (const part of [
      '',
      'HTTP/1.1 200 OK\r\n',
      whole.slice(0, -1),
      'HTTP/1.1 200 OK\r\n\r\n{}',
      'SSH-2.0\r\n\r\n',
    ]) {
      const { endpoint } = await agentThat((socket) => socket.end(part));
      await expect(postOnce(post(endpoint), { withinMs: 2_000, signal: never })).rejects.toThrow('whole answer');
      server?.close();
    }
  });

  it('rejects when nothing comes in time, nobody listens, or the answer has no end', async () => {
    const { endpoint } = await agentThat(() => undefined);
    await expect(postOnce(post(endpoint), { withinMs: 50, signal: never })).rejects.toThrow('no answer within 50 ms');
    await expect(postOnce(post('127.0.0.1:1'), { withinMs: 2_000, signal: never })).rejects.toThrow('ECONNREFUSED');
    server?.close();
    const endless = await agentThat((socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(2 * 1024 * 1024)}`));
    await expect(postOnce(post(endless.endpoint), { withinMs: 5_000, signal: never })).rejects.toThrow('whole answer');
  });

  it("rejects with the signal's reason, before and while it waits, and lets go of the connection", async () => {
    const { endpoint } = await agentThat(() => undefined);
    const reason = new Error('over');
    await expect(postOnce(post(endpoint), { withinMs: 2_000, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const over = new AbortController();
    const asked = postOnce(post(endpoint), { withinMs: 2_000, signal: over.signal });
    asked.catch(() => undefined);
    await once(server as Server, 'connection');
    const [socket] = sockets;
    over.abort(reason);
    await expect(asked).rejects.toBe(reason);
    if (socket !== undefined && !socket.destroyed) await once(socket, 'close');
  });
});
