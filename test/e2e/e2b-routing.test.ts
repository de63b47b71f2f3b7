import { beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/api.ts';
import { accessTokenOf, connectionTo, sandboxOf, sdks, serviceOfFile } from '../support/e2b/sdks.ts';
import { fetchByName, type Routing, routings, wire } from '../support/e2b/wire.ts';

const service = serviceOfFile({ SANDGLASS_DOMAIN: 'localhost' });
const PORT = 8_080;
const SERVER = `
require('node:http').createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece)).on('end', () => {
    const { method, url, headers } = request;
    response.writeHead(url.startsWith('/broken') ? 500 : 200, { 'x-from': 'inside', 'content-type': 'application/json' });
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(pieces).toString() }));
  });
}).listen(${PORT}, '0.0.0.0');
`;

describe.each(sdks)('a web server in a sandbox of e2b %s', (_version, sdk) => {
  const sandbox = sandboxOf(sdk, service);
  const inside = (routing: Routing) =>
    wire(routing, { url: service().url, sandboxId: sandbox().sandboxId, accessToken: accessTokenOf(sandbox()) });
  // biome-ignore lint/suspicious/noExplicitAny: tests assert on it, a wrong shape fails there.
  const asked = async (routing: Routing, path: string, request: object = {}): Promise<any> => {
    const answer = await inside(routing).fetch(path, { port: PORT, ...request });
    return { status: answer.status, from: answer.headers.get('x-from'), ...Object(await answer.json()) };
  };

  beforeAll(async () => {
    await sandbox().files.write('server.cjs', SERVER);
    await sandbox().commands.run('node server.cjs', { background: true, timeoutMs: 0 });
    await eventually('it listens', async () => (await asked('header', '/')).status === 200);
  });

  it.each(routings)('is reached by the %s form', async (routing) => {
    const request = { method: 'POST', body: 'grüße', headers: { 'x-mine': 'yes', authorization: 'Bearer its-own' } };
    expect(await asked(routing, '/a/b%20c?d=e&f=', request)).toMatchObject({
      ...{ status: 200, from: 'inside', method: 'POST', url: '/a/b%20c?d=e&f=', body: 'grüße' },
      headers: { 'x-mine': 'yes', authorization: 'Bearer its-own' },
    });
    expect(await asked(routing, '/broken')).toMatchObject({ status: 500, from: 'inside', url: '/broken' });
  });

  it.each(routings)('never sees what is the service’s alone, by the %s form', async (routing) => {
    const headers = { 'x-api-key': service().adminKey, 'x-access-token': accessTokenOf(sandbox()) };
    const seen = await asked(routing, '/', { headers });
    expect(JSON.stringify(seen)).not.toContain(service().adminKey);
    expect(JSON.stringify(seen)).not.toContain(accessTokenOf(sandbox()));
  });

  it('is reached by the host that the SDK names', async () => {
    const host = sandbox().getHost(PORT);
    expect(host).toBe(`${PORT}-${sandbox().sandboxId}.localhost`);
    const answer = await fetchByName(`http://${host}:${new URL(service().url).port}/by-name`);
    expect([answer.status, await answer.json()]).toEqual([200, expect.objectContaining({ url: '/by-name' })]);
  });

  it.each(routings)('says where nothing listens, by the %s form', async (routing) => {
    const answer = await inside(routing).fetch('/', { port: 9 });
    expect([answer.status, await answer.json()]).toEqual([
      502,
      expect.objectContaining({ sandboxId: sandbox().sandboxId, code: 502, port: 9 }),
    ]);
    expect(answer.headers.get('x-sandglass-error')).toBe('port_closed');
  });

  it('is open to those with its token only, where it is asked to', async () => {
    const closed = await sdk.Sandbox.create({ ...connectionTo(service()), network: { allowPublicTraffic: false } });
    await closed.commands.run(`python3 -m http.server ${PORT}`, { background: true, timeoutMs: 0 });
    const at = { url: service().url, sandboxId: closed.sandboxId, accessToken: accessTokenOf(closed) };
    const status = async (routing: Routing, headers: Record<string, string>) => {
      const answer = await wire(routing, at).fetch('/', { port: PORT, headers });
      await answer.arrayBuffer();
      return answer.status;
    };
    const token = { 'e2b-traffic-access-token': closed.trafficAccessToken ?? '' };
    await eventually('it listens', async () => (await status('header', token)) === 200);
    for (const routing of routings) {
      expect([await status(routing, token), await status(routing, {})]).toEqual([200, 403]);
      expect(await status(routing, { 'e2b-traffic-access-token': 'wrong' })).toBe(403);
    }
    expect(await closed.kill()).toBe(true);
  });
});
