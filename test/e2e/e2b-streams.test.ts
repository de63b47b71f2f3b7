import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf } from '../support/api.ts';
import { promptProbes } from '../support/e2b/prompt-probes.ts';
import { serviceOfFile } from '../support/e2b/sdks.ts';
import { type SpoilingProxy, spoilingProxy } from '../support/e2b/spoiling-proxy.ts';
import { expectPrompt, PROMPT_MS } from '../support/e2b/timing.ts';
import { type Destination, routings, wire } from '../support/e2b/wire.ts';

const service = serviceOfFile();
const probes = Object.entries(promptProbes);
let sandbox: Omit<Destination, 'url'>;

beforeAll(async () => {
  const { status, body } = await apiOf(service())('POST', '/v2/sandboxes', { body: {} });
  expect(status, JSON.stringify(body)).toBe(201);
  sandbox = { sandboxId: body.sandboxID, accessToken: body.envdAccessToken };
});

describe.each(routings)('by the %s form', (routing) => {
  it.each(probes)('%s', async (_name, probe) => {
    await expectPrompt((tries) => probe(wire(routing, { ...sandbox, url: service().url }), tries));
  });

  it('says to whoever stands in front that it must not be held back', async () => {
    const stream = await wire(routing, { ...sandbox, url: service().url }).stream(
      'filesystem.Filesystem/WatchDir',
      { path: '/tmp' },
      { 'accept-encoding': 'gzip, deflate, br' },
    );
    expect(stream.headers.get('content-encoding')).toBeNull();
    expect(stream.headers.get('x-accel-buffering')).toBe('no');
    expect(stream.headers.get('cache-control')).toBe('no-store, no-transform');
    await stream.leave();
  });
});

describe.each(['buffers', 'compresses'] as const)('behind a proxy that %s', (how) => {
  let proxy: SpoilingProxy;
  beforeAll(async () => {
    proxy = await spoilingProxy(service().url, how);
  });
  afterAll(() => proxy?.close());

  it.concurrent.each(probes)('these tests would see that it is held back: %s', async (_name, probe) => {
    const [tookMs] = await probe(wire('header', { ...sandbox, url: proxy.url }), 1);
    expect(tookMs).toBeGreaterThan(10 * PROMPT_MS);
  });
});

describe('behind a proxy that passes bytes as they come', () => {
  let proxy: SpoilingProxy;
  beforeAll(async () => {
    proxy = await spoilingProxy(service().url, 'does nothing');
  });
  afterAll(() => proxy?.close());

  it.each(probes)('%s', async (_name, probe) => {
    await expectPrompt((tries) => probe(wire('header', { ...sandbox, url: proxy.url }), tries));
  });
});
