import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Inside, startInside } from '../support/dataplane/inside.ts';
import { head, sayRaw } from '../support/dataplane/raw-http.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

/** What the agent says when /init or /stop is reached without the secret: then the proxy let it through. */
const REACHED = 'This call is for the service only';

let service: ServiceProcess;
let own: Inside;

beforeAll(async () => {
  service = await startService();
  own = await startInside(service);
}, 120_000);
afterAll(() => service?.dispose());

const say = (bytes: string) => sayRaw(service.url, bytes);
const to = (inside: Inside, port: number) => [`E2b-Sandbox-Id: ${inside.id}`, `E2b-Sandbox-Port: ${port}`];

describe('the agent’s control calls', () => {
  const spellings = [
    '/init',
    '/init/',
    '/init?x',
    '/init#x',
    '/init;x',
    '//init',
    '/./init',
    '/x/../init',
    '/INIT',
    '/Init',
    '/%69nit',
    '/%2569nit',
    '/%2e/init',
    '/health/../init',
    '/health/%2e%2e/init',
    '/..%2finit',
    '/init%00',
    '/init%20',
    '/init%3f',
    '/\\init',
    '/x/..\\init',
    '/stop',
    '/%73top',
    '/STOP',
    '/stop?killInMs=0',
    '/sandglass/exec',
    '/SANDGLASS/files',
    '/sandglass/../init',
    '/sandglass%2fexec',
    '/init\t',
    '/.//init',
    '/;/init',
    '/%2finit',
    '/%5cinit',
    '/init/../init',
  ];

  it.each(spellings)('are not reached as %j, in any of the three forms', async (path) => {
    const body = [
      'Content-Type: application/json',
      'Content-Length: 2',
      'X-Sandglass-Init-Secret: x',
      'Connection: close',
    ];
    const token = `X-Access-Token: ${own.token}`;
    const heard = await Promise.all([
      say(`${head(`POST ${path} HTTP/1.1`, 'Host: x', ...to(own, 49983), token, ...body)}{}`),
      say(`${head(`POST ${path} HTTP/1.1`, `Host: 49983-${own.id}.x`, token, ...body)}{}`),
      say(`${head(`POST /sandbox/${own.id}/49983${path} HTTP/1.1`, 'Host: x', token, ...body)}{}`),
      say(`${head(`POST http://49983-${own.id}.x${path} HTTP/1.1`, `Host: 49983-${own.id}.x`, token, ...body)}{}`),
    ]);
    for (const answer of heard) {
      expect(answer).not.toContain(REACHED);
      // Refused by the proxy or as no HTTP at all: 404 and 401 would be words of the agent about another path.
      expect(answer.split('\r\n')[0]).toMatch(/^HTTP\/1\.1 (400|403) /);
    }
  });

  it('are not reached by an upgrade, a tunnel, or another method', async () => {
    const upgrade = [
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
    ];
    const token = `X-Access-Token: ${own.token}`;
    const tries = [
      head('GET /init HTTP/1.1', 'Host: x', ...to(own, 49983), token, ...upgrade),
      head('GET /init HTTP/1.1', 'Host: x', ...to(own, 49983), token, 'Connection: Upgrade', 'Upgrade: sandglass-init'),
      head('GET /sandglass/terminal HTTP/1.1', 'Host: x', ...to(own, 49983), token, ...upgrade),
      head(`GET /sandbox/${own.id}/49983/sandglass/terminal HTTP/1.1`, 'Host: x', token, ...upgrade),
      head('CONNECT 127.0.0.1:49983 HTTP/1.1', 'Host: x', ...to(own, 49983), token),
      head(`CONNECT 49983-${own.id}.x:80 HTTP/1.1`, `Host: 49983-${own.id}.x`, token),
      head('PUT /init HTTP/1.1', 'Host: x', ...to(own, 49983), token, 'Content-Length: 0'),
      head('OPTIONS /stop HTTP/1.1', 'Host: x', ...to(own, 49983), token),
    ];
    for (const bytes of tries) {
      const heard = await say(bytes);
      expect(heard, bytes).not.toContain(REACHED);
      expect(heard, bytes).toMatch(/^HTTP\/1\.1 (400|403|405) /);
    }
  });
});
