import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf } from '../support/api.ts';
import { type Nginx, startNginx, whyNoNginx } from '../support/e2b/nginx.ts';
import { promptProbes } from '../support/e2b/prompt-probes.ts';
import { sdks, serviceOfFile } from '../support/e2b/sdks.ts';
import { expectPrompt, PROMPT_MS } from '../support/e2b/timing.ts';
import { type Destination, routings, wire } from '../support/e2b/wire.ts';

const missing = whyNoNginx();
if (missing !== undefined) console.warn(`skipped: ${missing}`);

const probes = Object.entries(promptProbes);

describe.skipIf(missing !== undefined)("behind Debian's nginx with its defaults", () => {
  const service = serviceOfFile();
  let sandbox: Omit<Destination, 'url'>;
  let nginx: Nginx;
  let modern: Nginx;
  let deaf: Nginx;

  beforeAll(async () => {
    const { status, body } = await apiOf(service())('POST', '/v2/sandboxes', { body: {} });
    expect(status, JSON.stringify(body)).toBe(201);
    sandbox = { sandboxId: body.sandboxID, accessToken: body.envdAccessToken };
    nginx = await startNginx(service().url);
    modern = await startNginx(service().url, [
      'proxy_http_version 1.1;',
      // It names itself as the host, unless it is told to pass on what it was asked for.
      'proxy_set_header Host $http_host;',
    ]);
    deaf = await startNginx(service().url, ['proxy_ignore_headers X-Accel-Buffering;']);
  });
  afterAll(async () => {
    await Promise.all([nginx?.close(), modern?.close(), deaf?.close()]);
  });

  describe.each(['header', 'path'] as const)('by the %s form', (routing) => {
    it.each(probes)('%s', async (_name, probe) => {
      await expectPrompt((tries) => probe(wire(routing, { ...sandbox, url: nginx.url }), tries));
    });
  });

  describe.each(routings)('by the %s form, told of HTTP/1.1 and of the host', (routing) => {
    it.each(probes)('%s', async (_name, probe) => {
      await expectPrompt((tries) => probe(wire(routing, { ...sandbox, url: modern.url }), tries));
    });
  });

  it.each(sdks)('serves e2b %s', async (_version, sdk) => {
    const connection = { apiKey: service().adminKey, apiUrl: nginx.url, sandboxUrl: nginx.url };
    const other = await sdk.Sandbox.create(connection);
    const beganMs = performance.now();
    const handle = await other.commands.run('sleep 5', { background: true });
    expect(performance.now() - beganMs).toBeLessThan(2_000);
    expect(await handle.kill()).toBe(true);
    await other.files.write('/tmp/a', 'through nginx');
    expect(await other.files.read('/tmp/a')).toBe('through nginx');
    expect(await other.kill()).toBe(true);
  });

  it.concurrent.each(probes)('is held back where our header is ignored: %s', async (_name, probe) => {
    const [tookMs] = await probe(wire('header', { ...sandbox, url: deaf.url }), 1);
    expect(tookMs).toBeGreaterThan(10 * PROMPT_MS);
  });
});
