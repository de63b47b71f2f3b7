import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engine, execIn } from '../support/engine.ts';
import { type ComposedService, composedService } from '../support/package/composed-service.ts';

/** The service's addresses in the networks of sandboxes, Redis, and what the host publishes. */
let places: readonly string[];
let composed: ComposedService | string;

beforeAll(async () => {
  composed = await composedService();
}, 600_000);
afterAll(async () => {
  if (composed !== undefined && typeof composed !== 'string') await composed.remove();
}, 180_000);

const inCompose = (title: string, test: (service: ComposedService) => Promise<void>) =>
  it(title, { timeout: 120_000 }, async ({ skip }) => {
    if (typeof composed === 'string') return skip(composed);
    await test(composed);
  });

const inspected = async (service: ComposedService, name: string) =>
  engine.getContainer(await service.containerOf(name)).inspect();

async function exec(service: ComposedService, id: string, line: string): Promise<string> {
  const answer = await service.api('POST', `/v1/sandboxes/${id}/exec`, { body: { command: ['sh', '-c', line] } });
  expect([answer.status, answer.body.exitCode, answer.body.stderr]).toEqual([200, 0, expect.any(String)]);
  return answer.body.stdout;
}

describe('the service in compose', () => {
  inCompose('is in both sandbox networks, and goes out by the network of its own', async (service) => {
    const { NetworkSettings } = await inspected(service, 'sandglass');
    const redis = await inspected(service, 'redis');
    const networks = NetworkSettings.Networks;
    expect(Object.keys(networks).sort()).toEqual([
      ...[`sandglass-api-${service.name}`, `sandglass-backend-${service.name}`],
      ...['sandglass-closed', 'sandglass-open'],
    ]);
    const api = networks[`sandglass-api-${service.name}`];
    const routes = await execIn(await service.containerOf('sandglass'), ['ip', 'route']);
    expect(routes).toContain(`default via ${api?.Gateway} `);
    const addresses = Object.values(networks).map(({ IPAddress }) => IPAddress);
    const redisAddress = redis.NetworkSettings.Networks[`sandglass-backend-${service.name}`]?.IPAddress;
    places = [
      ...addresses.flatMap((address) => [`${address} 4747`, `${address} 9091`]),
      `${redisAddress} 6379`,
      ...Object.values(networks).map(({ Gateway }) => `${Gateway} ${new URL(service.url).port}`),
    ];
  });

  inCompose(
    'has no right of its own: no capability, no writable root, nothing of the host but the socket',
    async (service) => {
      const { HostConfig, Mounts } = await inspected(service, 'sandglass');
      expect(HostConfig).toMatchObject({ CapDrop: ['ALL'], ReadonlyRootfs: true, Privileged: false, PidMode: '' });
      const mounted = Mounts.map(({ Destination }: { Destination: string }) => Destination);
      expect(mounted.sort()).toEqual(['/data', '/var/run/docker.sock']);
      const tried = await execIn(await service.containerOf('sandglass'), [
        'sh',
        '-c',
        'touch /app/x; ip link set lo down',
      ]);
      expect(tried).toMatch(/Read-only file system[\s\S]*Operation not permitted/);
    },
  );

  describe.each([
    ['open', {}],
    ['closed', { network: { internet: false } }],
  ] as const)('on the %s network', (network, body) => {
    const idOf = (service: ComposedService) => `${service.name}${network}`;

    inCompose('starts a sandbox and runs a command in it', async (service) => {
      const started = await service.api('POST', '/v1/sandboxes', { body: { id: idOf(service), ...body } });
      expect([started.status, started.body.detail]).toEqual([201, undefined]);
      expect(await exec(service, idOf(service), 'hostname -i')).toMatch(/^\d+(\.\d+){3}\n$/);
    });

    inCompose(
      'a sandbox reaches itself, and neither the service, nor Redis, nor what is published',
      async (service) => {
        const tries = ['127.0.0.1 49983', ...places];
        const line = tries
          .map((place) => `{ timeout 1 nc -w 1 ${place} </dev/null && echo open ${place}; } &`)
          .join(' ');
        expect(await exec(service, idOf(service), `${line} wait`)).toBe('open 127.0.0.1 49983\n');
      },
    );
  });

  inCompose('the doctor finds nothing that fails, and the host isolated', async (service) => {
    const report = await service.compose('exec', '-T', 'sandglass', 'sandglass', 'doctor', '--json');
    const { ok, checks } = JSON.parse(report);
    const outcomes = new Map(checks.map(({ name, outcome }: Record<string, string>) => [name, outcome]));
    expect([ok, outcomes.get('host isolation'), outcomes.get('agents')]).toEqual([true, 'ok', 'ok']);
  });

  inCompose('sandboxes go on while it is stopped and started again', async (service) => {
    await exec(service, `${service.name}open`, 'echo kept > /tmp/kept');
    await service.compose('stop');
    await service.compose('start');
    await service.untilReady();
    expect(await exec(service, `${service.name}open`, 'cat /tmp/kept')).toBe('kept\n');
    for (const network of ['open', 'closed']) {
      expect((await service.api('GET', `/v1/sandboxes/${service.name}${network}`)).body).toMatchObject({
        state: 'running',
        incarnation: 1,
      });
      expect((await service.api('DELETE', `/v1/sandboxes/${service.name}${network}?force=true`)).status).toBe(204);
    }
  });

  inCompose('leaves no container of the firewall', async () => {
    expect(await engine.listContainers({ all: true, filters: { label: ['sandglass.firewall'] } })).toEqual([]);
  });
});
