import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/api.ts';
import { ECHO_PORT, seenIn, serveEcho } from '../support/dataplane/echo.ts';
import { type Inside, startInside } from '../support/dataplane/inside.ts';
import { head, sayRaw, statusesIn } from '../support/dataplane/raw-http.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const WEB = ECHO_PORT;
let service: ServiceProcess;
let own: Inside;

beforeAll(async () => {
  service = await startService();
  own = await startInside(service);
  await serveEcho(own);
}, 120_000);
afterAll(() => service?.dispose());

const say = (bytes: string) => sayRaw(service.url, bytes);
const to = (inside: Inside, port: number) => [`E2b-Sandbox-Id: ${inside.id}`, `E2b-Sandbox-Port: ${port}`];

describe('what a program inside is shown', () => {
  it('holds no key, no token, no traffic token and none of our own headers', async () => {
    const heard = await say(
      head(
        'GET /headers HTTP/1.1',
        'Host: x',
        ...to(own, WEB),
        `X-API-Key: ${service.adminKey}`,
        `x-api-KEY: ${service.adminKey}`,
        `Authorization: Bearer ${service.adminKey}`,
        `Proxy-Authorization: Bearer ${service.adminKey}`,
        `Authorization: Basic ${Buffer.from(`key:${service.adminKey}`).toString('base64')}`,
        `X-Access-Token: ${own.token}`,
        'E2b-Traffic-Access-Token: traffic',
        'X-Sandglass-Init-Secret: s',
        `Sec-WebSocket-Protocol: a, sandglass.key.${service.adminKey}, b`,
        'Connection: X-Forwarded-For, X-Kept, keep-alive',
        'X-Kept: no',
        'X-Passed: yes',
      ),
    );
    expect(statusesIn(heard)).toEqual([200]);
    expect(heard).toContain('"X-Passed", "yes"');
    for (const secret of [service.adminKey, own.token, 'traffic', 'X-Kept', 'E2b-', 'Secret', 'X-Access']) {
      expect(heard, secret).not.toContain(secret);
    }
    await seenIn(own);
  });

  it('is never the answer to a redirect to the service itself', async () => {
    await own.ask(`(setsid python3 -c "
import http.server
class H(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(302); self.send_header('location', '${service.url}/v1/sandboxes'); self.end_headers()
http.server.HTTPServer(('0.0.0.0', 8100), H).serve_forever()" >/dev/null 2>&1 &)`);
    const answer = await eventually('the redirect comes', async () => {
      const got = await own.fetch('/', { port: 8100, headers: { 'x-api-key': service.adminKey } });
      return got.status !== 502 && got;
    });
    expect(answer.status).toBe(302);
    expect(await answer.text()).toBe('');
  });

  it('is the sandbox’s own port, also where the service has one of that number', async () => {
    for (const url of [service.url, service.adminUrl]) {
      const answer = await own.fetch('/healthz', { port: Number(new URL(url).port) });
      expect(answer.status).toBe(502);
      expect(answer.headers.get('x-sandglass-error')).toBe('port_closed');
    }
  });
});
