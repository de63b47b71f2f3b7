import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileSignature } from '../../../src/contract/file-signature.ts';
import { type ManualClock, manualClock } from '../../support/manual-clock.ts';
import { START_MS } from '../../support/rows.ts';
import { type ProxyWorld, proxyWorld } from './plane.ts';

let world: ProxyWorld;
let clock: ManualClock;
beforeEach(async () => {
  clock = manualClock();
  world = await proxyWorld({ clock, resume: async (id, { put }) => void put({ id, autoResume: true }) });
  await world.serve((request, response) => response.end(`${request.method} ${request.url}`), 49983);
});
afterEach(() => world.close());

interface Wish {
  readonly id?: string;
  readonly operation?: 'read' | 'write';
  readonly user?: string;
  readonly expires?: number;
  readonly token?: string;
}

function signedPath({ id = 'abc', operation = 'read', user = 'user', expires, token }: Wish = {}): string {
  const file = { path: 'a b.txt', operation, user, expiresAtSeconds: expires ?? null };
  const signature = fileSignature(file, token ?? world.tokens.accessToken(id));
  const query = new URLSearchParams({ path: file.path, username: user, signature });
  if (expires !== undefined) query.set('signature_expiration', String(expires));
  return `/files?${query}`;
}

async function ask(path: string, method = 'GET') {
  const answer = await fetch(world.url + path, { method });
  const text = await answer.text();
  return {
    status: answer.status,
    text,
    headers: answer.headers,
    message: text.startsWith('{') ? JSON.parse(text).message : null,
  };
}

describe('a signed URL', () => {
  it('finds its sandbox among all, old and new, those that came after the first search too', async () => {
    for (let i = 0; i < 1_200; i += 1) world.put({ id: `other${i}`, createdAtMs: START_MS + i });
    world.put({ id: 'abc', createdAtMs: START_MS - 1 });
    expect(await ask(signedPath())).toMatchObject({ status: 200, text: `GET ${signedPath()}` });
    world.put({ id: 'newer', createdAtMs: START_MS + 10_000 });
    expect((await ask(signedPath({ id: 'newer' }))).status).toBe(200);
    expect((await ask(signedPath({ operation: 'write' }), 'POST')).text).toMatch(/^POST /);
    expect(new Set(world.outcomes)).toEqual(new Set(['signed served']));
  });

  it('is refused in the words that clients know', async () => {
    world.put();
    const nowSeconds = START_MS / 1000;
    const answers = await Promise.all([
      ask('/files'),
      ask('/files?path=a'),
      ask('/files?path=a&signature=v1_short'),
      ask(signedPath({ token: 'of nobody' })),
      ask(signedPath({ operation: 'write' })),
      ask(signedPath({ expires: nowSeconds - 1 })),
      ask(signedPath({ expires: nowSeconds + 60 }).replace(/\d+$/, 'soon')),
    ]);
    expect(answers.map(({ status, message }) => `${status} ${message}`)).toEqual([
      '401 missing signature query parameter',
      '401 missing signature query parameter',
      '401 invalid signature',
      '401 invalid signature',
      '401 invalid signature',
      '401 signature is already expired',
      '401 invalid signature',
    ]);
    expect((await ask(signedPath({ expires: nowSeconds + 60 }))).status).toBe(200);
  });

  it('finds no sandbox that is stopped, and 502 for one that stopped since', async () => {
    world.put({ state: 'stopped' });
    expect((await ask(signedPath())).status).toBe(401);
    world.put();
    expect((await ask(signedPath())).status).toBe(200);
    world.put({ state: 'stopped' });
    expect((await ask(signedPath())).status).toBe(502);
  });

  it('resumes a paused sandbox that traffic resumes', async () => {
    world.put({ state: 'paused', autoResume: true });
    expect((await ask(signedPath())).status).toBe(200);
    world.put({ state: 'paused', autoResume: true });
    const known = await fetch(world.url + signedPath(), {
      headers: { 'e2b-sandbox-id': 'abc', 'e2b-sandbox-port': '49983' },
    });
    expect(known.status).toBe(200);
  });

  it('is searched for twenty times a second in vain, then 429; what is known goes on', async () => {
    world.put();
    expect((await ask(signedPath())).status).toBe(200);
    const wrong = (i: number) => ask(signedPath({ token: `wrong${i}` }));
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => wrong(i)));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(10);
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect((await ask(signedPath())).status).toBe(200);
    await clock.advance(1_000);
    expect((await wrong(99)).status).toBe(401);
  });
});
