import { createHash, randomBytes } from 'node:crypto';
import { Agent } from 'node:https';
import { type RequestInit, fetch as undiciFetch } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ECHO_PORT, serveEcho } from '../support/dataplane/echo.ts';
import { type Inside, startInside } from '../support/dataplane/inside.ts';
import { head, sayRaw } from '../support/dataplane/raw-http.ts';
import { caddyFront, whyNoCaddy } from '../support/deploy/caddy-front.ts';
import { DRIP_PORT, serveDrip } from '../support/deploy/drip.ts';
import { DOMAIN, type Front, lookup } from '../support/deploy/front.ts';
import { nginxFront } from '../support/deploy/nginx-front.ts';
import { whyNoNginx } from '../support/e2b/nginx.ts';
import { promptProbes } from '../support/e2b/prompt-probes.ts';
import { serviceOfFile } from '../support/e2b/sdks.ts';
import { expectPrompt, within } from '../support/e2b/timing.ts';
import { wire } from '../support/e2b/wire.ts';
import { openTerminal } from '../support/use/terminal-client.ts';

const service = serviceOfFile({ SANDGLASS_DOMAIN: DOMAIN });
let inside: Inside;

beforeAll(async () => {
  inside = await startInside(service());
  await Promise.all([serveEcho(inside), serveDrip(inside)]);
});

const fronts = [
  { name: 'nginx', start: nginxFront, missing: whyNoNginx(), tooLarge: 413 },
  // Caddy 2.6 passes bodies on while it counts, and answers 502 when there are too many bytes.
  { name: 'Caddy', start: caddyFront, missing: whyNoCaddy(), tooLarge: 502 },
];
for (const { missing } of fronts) if (missing !== undefined) console.warn(`skipped: ${missing}`);

describe.each(fronts.filter(({ missing }) => missing === undefined))(
  'behind $name with our settings',
  ({ start, tooLarge }) => {
    let front: Front;
    beforeAll(async () => {
      front = await start(service().url);
    });
    afterAll(() => front?.close());

    const ask = (path: string, request: RequestInit & { readonly host?: string; readonly from?: string } = {}) => {
      const { host = DOMAIN, from, ...rest } = request;
      const url = `https://${host}:${front.port}${path}`;
      return undiciFetch(url, { dispatcher: front.dispatcher(from), redirect: 'manual', ...rest });
    };
    const withKey = () => ({ 'x-api-key': service().adminKey });
    const portName = (port: number) => `${port}-${inside.id}.${DOMAIN}`;
    const destination = () => {
      const dispatcher = front.dispatcher();
      return { url: front.url, sandboxId: inside.id, accessToken: inside.token, domain: DOMAIN, dispatcher };
    };

    it('reaches the port that the name says, and tells the program inside of the name, the client and TLS', async () => {
      const answer = await ask('/a/../b%2Fc?d=1', { host: portName(ECHO_PORT) });
      const { in: id, path, headers } = (await answer.json()) as { in: string; path: string; headers: string[][] };
      expect([answer.status, id, path]).toEqual([200, inside.id, '/b%2Fc?d=1']);
      const seen = Object.fromEntries(headers.map(([name = '', value]) => [name.toLowerCase(), value]));
      expect(seen['host']).toBe(`${portName(ECHO_PORT)}:${front.port}`);
      expect(seen['x-forwarded-proto']).toBe('https');
      expect(seen['x-forwarded-for']).toMatch(/^127\.0\.0\.1\b/);
    });

    describe.each(['host', 'header', 'path'] as const)('by the %s form', (routing) => {
      it.each(Object.entries(promptProbes))('%s', async (_name, probe) => {
        await expectPrompt((tries) => probe(wire(routing, destination()), tries));
      });
    });

    it('passes a stream of a program inside as it comes, without compressing it', async () => {
      const answer = await ask('/', { host: portName(DRIP_PORT), headers: { 'accept-encoding': 'gzip, br' } });
      const reader = answer.body?.getReader();
      const next = async () => String(Buffer.from((await reader?.read())?.value ?? []));
      expect(await within('the first piece', 5_000, next())).toBe('first');
      expect(answer.headers.get('content-encoding')).toBeNull();
      await ask('/more', { host: portName(DRIP_PORT) });
      expect(await next()).toBe('second');
    });

    it('opens a terminal', async () => {
      const address = `wss://${DOMAIN}:${front.port}/v1/sandboxes/${inside.id}/terminal`;
      const terminal = await openTerminal(address, { headers: withKey(), agent: new Agent({ ca: front.ca, lookup }) });
      terminal.type('echo "<$(id -un)>"\n');
      await terminal.until('<user>');
      terminal.close();
      await terminal.closed;
    });

    it('takes a file up to its limit, and refuses it beyond', async () => {
      const file = `/v1/sandboxes/${inside.id}/files?path=/tmp/upload`;
      const put = (size: number, body = randomBytes(size)) => {
        const headers = { ...withKey(), 'content-type': 'application/octet-stream' };
        return { body, sent: ask(file, { method: 'PUT', headers, body }) };
      };
      const small = put(3 * 1024 * 1024);
      expect((await small.sent).status).toBe(200);
      const sum = createHash('sha256').update(small.body).digest('hex');
      expect(await inside.ask('sha256sum /tmp/upload')).toContain(sum);
      expect((await put(5 * 1024 * 1024).sent).status).toBe(tooLarge);
      expect(await inside.ask('sha256sum /tmp/upload')).toContain(sum);
    });

    it('sends plain HTTP to HTTPS', async () => {
      const heard = await sayRaw(
        `http://127.0.0.1:${front.httpPort}`,
        head('GET /v1/pool HTTP/1.1', `Host: ${DOMAIN}`),
      );
      expect(heard).toMatch(/^HTTP\/1\.1 308 /);
      expect(heard).toMatch(new RegExp(`^location: https://${DOMAIN.replaceAll('.', '\\.')}(:\\d+)?/v1/pool\r$`, 'im'));
    });

    it('does not show the metrics listener, nor what is for admins', async () => {
      for (const path of ['/metrics', '/debug/cpu-profile?seconds=1', '/%6detrics', '//metrics']) {
        const answer = await ask(path, { headers: withKey() });
        expect([path, answer.status]).toEqual([path, 404]);
        await answer.text();
      }
      expect((await ask('/v1/admin/info')).status).toBe(401);
      expect((await ask('/v1/admin/keys')).status).toBe(401);
    });

    it('refuses connections from sandboxes', async () => {
      expect((await ask('/healthz', { from: '127.0.0.2' })).status).toBe(403);
      expect((await ask('/', { host: portName(ECHO_PORT), from: '127.0.0.2' })).status).toBe(403);
    });
  },
);
