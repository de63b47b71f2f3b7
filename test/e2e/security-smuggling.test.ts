import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ECHO_PORT, seenIn, serveEcho } from '../support/dataplane/echo.ts';
import { type Inside, startInside } from '../support/dataplane/inside.ts';
import { head, sayRaw, statusesIn } from '../support/dataplane/raw-http.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const WEB = ECHO_PORT;
/** What the agent says when /init or /stop is reached without the secret: then the proxy let it through. */
const REACHED = 'This call is for the service only';

let service: ServiceProcess;
let own: Inside;
let other: Inside;

beforeAll(async () => {
  service = await startService();
  [own, other] = await Promise.all([startInside(service), startInside(service)]);
  await Promise.all([serveEcho(own), serveEcho(other)]);
}, 120_000);
afterAll(() => service?.dispose());

const say = (bytes: string) => sayRaw(service.url, bytes);
const to = (inside: Inside, port: number) => [`E2b-Sandbox-Id: ${inside.id}`, `E2b-Sandbox-Port: ${port}`];

describe('a request that names two places', () => {
  const both: readonly (readonly [what: string, bytes: () => string])[] = [
    ['two ids', () => head('GET / HTTP/1.1', 'Host: x', ...to(own, WEB), `E2b-Sandbox-Id: ${other.id}`)],
    ['the same id twice', () => head('GET / HTTP/1.1', 'Host: x', ...to(own, WEB), `E2b-Sandbox-Id: ${own.id}`)],
    ['two ports', () => head('GET / HTTP/1.1', 'Host: x', ...to(own, WEB), 'E2b-Sandbox-Port: 49983')],
    [
      'an id list',
      () => head('GET / HTTP/1.1', 'Host: x', `E2b-Sandbox-Id: ${own.id}, ${other.id}`, `E2b-Sandbox-Port: ${WEB}`),
    ],
    ['a header and a host', () => head('GET / HTTP/1.1', `Host: ${WEB}-${other.id}.x`, ...to(own, WEB))],
    ['a header and a path', () => head(`GET /sandbox/${other.id}/${WEB}/ HTTP/1.1`, 'Host: x', ...to(own, WEB))],
    ['a host and a path', () => head(`GET /sandbox/${other.id}/${WEB}/ HTTP/1.1`, `Host: ${WEB}-${own.id}.x`)],
    ['a host and a target', () => head(`GET http://${WEB}-${other.id}.x/ HTTP/1.1`, `Host: ${WEB}-${own.id}.x`)],
    ['two hosts', () => head('GET / HTTP/1.1', `Host: ${WEB}-${own.id}.x`, `Host: ${WEB}-${other.id}.x`)],
    ['a port of zero', () => head('GET / HTTP/1.1', 'Host: x', ...to(own, 0))],
    ['a port beyond 65535', () => head('GET / HTTP/1.1', 'Host: x', ...to(own, 65_536 + WEB))],
    [
      'a port that is a sum',
      () => head('GET / HTTP/1.1', 'Host: x', `E2b-Sandbox-Id: ${own.id}`, 'E2b-Sandbox-Port: 0x1f40'),
    ],
    ['an id with a slash', () => head('GET / HTTP/1.1', 'Host: x', 'E2b-Sandbox-Id: ../x', `E2b-Sandbox-Port: ${WEB}`)],
    [
      'an address for an id',
      () => head('GET / HTTP/1.1', 'Host: x', 'E2b-Sandbox-Id: 127.0.0.1', `E2b-Sandbox-Port: ${WEB}`),
    ],
    ['an id without a port', () => head('GET / HTTP/1.1', 'Host: x', `E2b-Sandbox-Id: ${own.id}`)],
    [
      'an id folded over two lines',
      () => head('GET / HTTP/1.1', 'Host: x', 'E2b-Sandbox-Id:', ` ${own.id}`, `E2b-Sandbox-Port: ${WEB}`),
    ],
    [
      'a space before the colon',
      () => head('GET / HTTP/1.1', 'Host: x', `E2b-Sandbox-Id : ${own.id}`, `E2b-Sandbox-Port: ${WEB}`),
    ],
    [
      'a NUL in the id',
      () => head('GET / HTTP/1.1', 'Host: x', `E2b-Sandbox-Id: ${own.id}\0`, `E2b-Sandbox-Port: ${WEB}`),
    ],
    ['no host', () => head('GET / HTTP/1.1', ...to(own, WEB))],
  ];

  it.each(both)('is refused, and nobody inside sees it: %s', async (_what, bytes) => {
    const heard = await say(bytes());
    expect(heard).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(statusesIn(heard)).toHaveLength(1);
    expect([await seenIn(own), await seenIn(other)]).toEqual([[], []]);
  });
});

describe('a message whose end can be read in two ways', () => {
  const inner = (inside: Inside) => head('GET /smuggled HTTP/1.1', 'Host: x', ...to(inside, WEB));
  const line = () => ['POST /outer HTTP/1.1', 'Host: x', ...to(own, WEB)];
  const chunked = 'Transfer-Encoding: chunked';
  const doubtful: readonly (readonly [what: string, bytes: () => string])[] = [
    ['a length and chunks', () => `${head(...line(), 'Content-Length: 4', chunked)}0\r\n\r\n${inner(other)}`],
    ['chunks and a length', () => `${head(...line(), chunked, 'Content-Length: 6')}0\r\n\r\n${inner(other)}`],
    ['two lengths', () => `${head(...line(), 'Content-Length: 0', 'Content-Length: 5')}${inner(other)}`],
    ['a list of lengths', () => `${head(...line(), 'Content-Length: 0, 5')}${inner(other)}`],
    ['a length with a sign', () => `${head(...line(), 'Content-Length: +0')}${inner(other)}`],
    ['a length in hex', () => `${head(...line(), 'Content-Length: 0x0')}${inner(other)}`],
    ['chunks under another name', () => `${head(...line(), 'Transfer-Encoding: xchunked')}0\r\n\r\n${inner(other)}`],
    ['chunks named twice', () => `${head(...line(), 'Transfer-Encoding: chunked, identity')}0\r\n\r\n${inner(other)}`],
    ['chunks with a tab', () => `${head(...line(), 'Transfer-Encoding:\x0bchunked')}0\r\n\r\n${inner(other)}`],
    ['a size of a chunk that overflows', () => `${head(...line(), chunked)}fffffffffffffffff\r\n\r\n${inner(other)}`],
    ['a bare CR in a value', () => `${head(...line(), 'X-A: b\rContent-Length: 0')}${inner(other)}`],
    [
      'a bare LF between headers',
      () => `POST /outer HTTP/1.1\nHost: x\nE2b-Sandbox-Id: ${own.id}\nE2b-Sandbox-Port: ${WEB}\n\n${inner(other)}`,
    ],
  ];

  it.each(doubtful)('never brings a second request inside along: %s', async (_what, bytes) => {
    const heard = await say(bytes());
    const seen = await seenIn(own);
    expect(seen).not.toContain('GET /smuggled');
    // What follows a message that was read whole is a request of its own, and goes where it says: never into the first one's.
    expect([...seen, ...(await seenIn(other))].length).toBeLessThanOrEqual(statusesIn(heard).length);
    expect(statusesIn(heard)).toContain(400);
    expect(heard).not.toContain(REACHED);
  });

  it('keeps a request in a body a body', async () => {
    const body = inner(other);
    const heard = await say(`${head(...line(), `Content-Length: ${body.length}`)}${body}`);
    expect(statusesIn(heard)).toEqual([200]);
    expect([await seenIn(own), await seenIn(other)]).toEqual([['POST /outer'], []]);
    const pieces = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    expect(statusesIn(await say(`${head(...line(), chunked)}${pieces}`))).toEqual([200]);
    expect([await seenIn(own), await seenIn(other)]).toEqual([['POST /outer'], []]);
  });

  it('lets no header inside end the answer’s head or start another', async () => {
    const heard = await say(head('GET /a%0d%0aX-Evil:%20b HTTP/1.1', 'Host: x', ...to(own, WEB)));
    expect(statusesIn(heard)).toEqual([200]);
    expect(heard.split('\r\n\r\n')[0]).not.toMatch(/x-evil/i);
    expect(await seenIn(own)).toEqual(['GET /a%0d%0aX-Evil:%20b']);
  });
});

describe('a Host that dresses up', () => {
  it.each([
    ['with a port of its own', (host: string) => `${host}:4747`],
    ['in capitals', (host: string) => host.toUpperCase()],
    ['with a dot at the end', (host: string) => `${host}.`],
  ])('leads to the sandbox it names: %s', async (_what, dress) => {
    const heard = await say(head('GET /dressed HTTP/1.1', `Host: ${dress(`${WEB}-${own.id}.x.y`)}`));
    expect(statusesIn(heard)).toEqual([200]);
    expect([await seenIn(own), await seenIn(other)]).toEqual([['GET /dressed'], []]);
  });

  it.each([
    ['user information before it', () => `${WEB}-${other.id}.x@${WEB}-${own.id}.x`],
    ['a second label', () => `x.${WEB}-${own.id}.x`],
    ['a NUL', () => `${WEB}-${own.id}.x\0`],
    ['a path', () => `x/${WEB}-${own.id}.x`],
  ])('never leads into two: %s', async (_what, host) => {
    await say(head('GET /dressed HTTP/1.1', `Host: ${host()}`));
    expect(await seenIn(own)).toEqual([]);
  });
});
