import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClientOptions, WebSocket } from 'ws';
import { ticketSchema } from '../../../src/contract/ticket.ts';
import { type UseService, useService } from '../../support/use-service.ts';

let service: UseService;
let id: string;
beforeAll(async () => {
  service = await useService();
  id = (await service.alice.start()).id;
}, 30_000);
afterAll(() => service.close());

interface Seen {
  /** Of a refused handshake; 101 otherwise. */
  readonly status: number;
  readonly protocol: string;
  readonly output: string;
  readonly texts: readonly string[];
}

/** Opens a terminal, types a line, and waits for its end. */
function terminal(query: string, protocols: readonly string[] = [], options: ClientOptions = {}): Promise<Seen> {
  const client = new WebSocket(
    `${service.url.replace('http', 'ws')}/v1/sandboxes/${id}/terminal${query}`,
    [...protocols],
    options,
  );
  return new Promise((resolve, reject) => {
    let output = '';
    const texts: string[] = [];
    client.on('open', () => {
      client.send('{"type":"resize","cols":101,"rows":33}');
      client.send(Buffer.from('echo $((40+2)); stty size; exit 3\n'));
    });
    client.on('message', (data, isBinary) => {
      if (isBinary) output += String(data);
      else texts.push(String(data));
    });
    client.on('close', () => resolve({ status: 101, protocol: client.protocol, output, texts }));
    client.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, protocol: '', output, texts });
    });
    client.on('error', reject);
  });
}

const withKey = () => ({ headers: { 'x-api-key': service.alice.secret } });

async function newTicket(): Promise<string> {
  return ticketSchema.parse((await service.alice.post('/v1/tickets')).json).ticket;
}

describe('WS /v1/sandboxes/{id}/terminal', () => {
  it('is a shell of the asked size whose end is told', async () => {
    const seen = await terminal('?cols=90&rows=20', [], withKey());
    expect(seen.output).toContain('42');
    expect(seen.output).toContain('33 101');
    expect(seen.texts).toEqual([JSON.stringify({ type: 'exit', exitCode: 3, signal: null })]);
    expect(service.touched).toContain(id);
  });

  it('takes the key as a subprotocol, and answers with the other one that is offered', async () => {
    const seen = await terminal('', ['sandglass.terminal', `sandglass.key.${service.alice.secret}`]);
    expect([seen.status, seen.protocol]).toEqual([101, 'sandglass.terminal']);
  });

  it('takes a ticket once, for the tenant of its key', async () => {
    const ticket = await newTicket();
    expect((await terminal(`?ticket=${ticket}`)).status).toBe(101);
    expect((await terminal(`?ticket=${ticket}`)).status).toBe(401);
  });

  it.each([
    ['no key', '', [], {}, 401],
    ['a parameter that is unknown', '?x=1', [], null, 400],
    ['a width of nothing', '?cols=0', [], null, 400],
  ] as const)('refuses %s', async (_what, query, protocols, options, status) => {
    expect((await terminal(query, protocols, options ?? withKey())).status).toBe(status);
  });

  it('refuses a key in the address, and the sandbox of another tenant', async () => {
    expect((await terminal(`?ticket=${service.alice.secret}`)).status).toBe(400);
    expect((await terminal('', [], { headers: { 'x-api-key': service.bob.secret } })).status).toBe(404);
  });

  it('answers those who ask for no WebSocket with what to do', async () => {
    const reply = await service.alice.get(`/v1/sandboxes/${id}/terminal`);
    expect(reply.problem()).toMatchObject({ status: 400, hint: expect.stringContaining('Upgrade') });
  });

  it('is cut when its sandbox stops', async () => {
    const mine = await service.alice.start();
    const url = `${service.url.replace('http', 'ws')}/v1/sandboxes/${mine.id}/terminal`;
    const client = new WebSocket(url, withKey());
    const closed = new Promise((resolve) => client.on('close', resolve));
    await new Promise((resolve) => client.on('open', resolve));
    await service.alice.post(`/v1/sandboxes/${mine.id}/stop`, {});
    await closed;
  });
});
