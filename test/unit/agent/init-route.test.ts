import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemAccounts } from '../../../src/agent/accounts.ts';
import { agentServer } from '../../../src/agent/http/agent-server.ts';
import { initLine } from '../../../src/agent/http/init-line.ts';
import { initRoute } from '../../../src/agent/http/init-route.ts';
import { openSession, type Session, sha256 } from '../../../src/agent/session.ts';
import { runTaker } from '../../../src/agent/take-run.ts';
import { type AgentInit, agentHeaders, agentPaths, INIT_LINE } from '../../../src/contract/agent.ts';

const SECRET = 'secret';
let etc: string;
let server: Server;
let session: Session;
let url: string;
let ready: number[];
let rehearsed: number[];
let commands: string[];
let ended: number[];

beforeEach(async () => {
  etc = mkdtempSync(join(tmpdir(), 'sandglass-etc-'));
  writeFileSync(join(etc, 'passwd'), 'root:x:0:0::/root:/bin/sh\n');
  writeFileSync(join(etc, 'group'), '');
  session = openSession();
  [ready, rehearsed, commands, ended] = [[], [], [], []];
  const taker = runTaker({
    ...{ session, accounts: systemAccounts(etc), imageEnv: {}, imageUser: '', imageWorkdir: '/' },
    mainCommand: {
      pid: undefined,
      async start([program = '']) {
        commands.push(program);
        return program === 'fails' ? 7 : undefined;
      },
    },
    onReady: ({ incarnation }) => ready.push(incarnation),
    rehearse: async ({ incarnation }) => void rehearsed.push(incarnation),
    endWith: (code) => ended.push(code),
  });
  const init = { initSecretHash: sha256(SECRET).toString('hex'), taker };
  server = agentServer({ session, routes: [initRoute(init)], upgrades: [initLine(init)], connect: () => {} });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}${agentPaths.init}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  rmSync(etc, { recursive: true });
});

async function init(change: Partial<AgentInit> = {}, secret = SECRET): Promise<number> {
  const run = {
    incarnation: 1,
    createdAtMs: 1,
    accessToken: 'token',
    env: {},
    user: 'root',
    workdir: null,
    command: null,
    ...change,
  };
  const headers = { [agentHeaders.initSecret]: secret };
  return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(run) })).status;
}
const runs = () => session.run().init;

describe('an agent', () => {
  it('takes one incarnation once: the same again is no other run, and any other is refused', async () => {
    expect(await init({ env: { WHO: 'first' }, command: ['sleep'] })).toBe(200);
    expect(await init({ env: { WHO: 'second' }, command: ['sleep'] })).toBe(200);
    expect([runs().env, commands]).toEqual([{ WHO: 'first' }, ['sleep']]);
    for (const incarnation of [2, 3, 0]) expect(await init({ incarnation, env: { WHO: 'other' } })).toBe(409);
    expect([runs().env, runs().incarnation, ready]).toEqual([{ WHO: 'first' }, 1, [1]]);
  });

  it('refuses a sandbox that was asked for at another time, whatever its incarnation', async () => {
    expect(await init({ env: { WHO: 'first' } })).toBe(200);
    expect(await init({ createdAtMs: 2, env: { WHO: 'second' } })).toBe(409);
    expect([await init(), runs().env, ready]).toEqual([200, { WHO: 'first' }, [1]]);
  });

  it('runs the command of twenty calls at once one time', async () => {
    const statuses = await Promise.all(Array.from({ length: 20 }, () => init({ command: ['sleep'] })));
    expect([new Set(statuses), commands]).toEqual([new Set([200]), ['sleep']]);
  });

  it("is nobody's after a rehearsal: the first run takes it over, and nothing of the rehearsal stays", async () => {
    expect(await init({ incarnation: 0, env: {}, accessToken: 'of the slot' })).toBe(200);
    expect([rehearsed, ready]).toEqual([[0], []]);
    expect(await init({ incarnation: 1, env: { WHO: 'me' }, accessToken: 'mine' })).toBe(200);
    expect([runs().env, session.isAccessToken('of the slot'), session.isAccessToken('mine')]).toEqual([
      { WHO: 'me' },
      false,
      true,
    ]);
    expect(await init({ incarnation: 0 })).toBe(409);
    expect(await init({ incarnation: 2 })).toBe(409);
    expect(rehearsed).toEqual([0]);
  });

  it('rehearses once, also when its service dies in between and asks again', async () => {
    expect([await init({ incarnation: 0 }), await init({ incarnation: 0 })]).toEqual([200, 200]);
    expect(rehearsed).toEqual([0]);
  });

  it('ends with a command that ends at once, and tells its code', async () => {
    await init({ incarnation: 0 });
    expect(await init({ command: ['fails'] })).toBe(422);
    expect(ended).toEqual([7]);
  });

  it('hears nobody without the secret', async () => {
    expect(await init({}, 'guessed')).toBe(401);
    expect(session.current).toBeUndefined();
    await init();
    expect(await init({ incarnation: 2 }, 'guessed')).toBe(401);
  });

  it('takes an upgrade to its own protocol only, and with the secret only', async () => {
    const asked = async (upgrade: string, secret: string) => {
      const headers = { connection: 'Upgrade', upgrade, [agentHeaders.initSecret]: secret };
      const request = get(url, { headers, agent: false });
      const answer = await Promise.race([once(request, 'response'), once(request, 'upgrade')]);
      request.destroy();
      return (answer[0] as IncomingMessage).statusCode;
    };
    expect(await asked(INIT_LINE, SECRET)).toBe(101);
    expect(await asked(INIT_LINE, 'guessed')).toBe(401);
    expect(await asked('websocket', SECRET)).toBe(400);
    expect(session.current).toBeUndefined();
  });
});
