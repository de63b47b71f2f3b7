import { execFileSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outsideHost } from '../support/container-runtime/outside-host.ts';
import { type Inside, startInside } from '../support/dataplane/inside.ts';
import { lookUp, probe } from '../support/dataplane/probe.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

const AGENT = 49983;
const WEB = 8000;

let service: ServiceProcess;
let open: Inside;
let openToo: Inside;
let closed: Inside;
let closedToo: Inside;
let server: Server;
const addresses = new Map<Inside, string>();
const addressOf = (inside: Inside) => addresses.get(inside) ?? '';

beforeAll(async () => {
  // On every address, so that only what keeps sandboxes out keeps them out.
  service = await startService({ SANDGLASS_HOST: '0.0.0.0', SANDGLASS_ADMIN_HOST: '0.0.0.0' });
  server = createServer((_, answer) => answer.end('host'));
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const closedBody = { body: { allow_internet_access: false } };
  [open, openToo, closed, closedToo] = await Promise.all([
    startInside(service),
    startInside(service),
    startInside(service, closedBody),
    startInside(service, closedBody),
  ]);
  for (const inside of [open, openToo, closed, closedToo]) {
    addresses.set(inside, await inside.ask('hostname -i'));
    await inside.ask(`cd /tmp && (setsid python3 -m http.server ${WEB} >/dev/null 2>&1 &)`);
    await inside.ask(
      `for i in $(seq 100); do curl -sf localhost:${WEB} >/dev/null && exit 0; sleep 0.05; done; exit 1`,
    );
  }
}, 120_000);
afterAll(async () => {
  server?.close();
  await service?.dispose();
});

const portOf = (url: string) => Number(new URL(url).port);
const isHostIsolated = async () => {
  const answer = await fetch(`${service.url}/v1/engines`, { headers: { 'x-api-key': service.adminKey } });
  return JSON.stringify(await answer.json()).includes('"hostIsolated":true');
};

/** Every IPv4 address of this host but the loopback ones. */
function hostAddresses(): readonly string[] {
  const interfaces: unknown = JSON.parse(execFileSync('ip', ['-j', '-4', 'addr'], { encoding: 'utf8' }));
  const all = (interfaces as { addr_info: { local: string }[] }[]).flatMap(({ addr_info }) => addr_info);
  return all.map(({ local }) => local).filter((address) => !address.startsWith('127.'));
}

describe.each(['open', 'closed'] as const)('a root process on the %s network', (network) => {
  const own = () => (network === 'open' ? open : closed);

  it('reaches its own server: what it tries next is really tried', async () => {
    const reached = await probe(own(), [
      ['127.0.0.1', WEB],
      [addressOf(own()), WEB],
      [addressOf(own()), AGENT],
      ['127.0.0.1', 1],
    ]);
    expect(Object.values(reached)).toEqual(expect.arrayContaining(['open', 'open', 'open', 'refused']));
  });

  it('reaches no port of the service, the engine or the host, at none of the host’s addresses', async ({ skip }) => {
    if (!(await isHostIsolated())) return skip('the firewall of this host may not be changed, and the service says so');
    const listening = (server.address() as AddressInfo).port;
    const ports = [portOf(service.url), portOf(service.adminUrl), listening, 22, 2375, 2376];
    const hosts = hostAddresses();
    for (const host of hosts) {
      expect(await fetch(`http://${host}:${listening}/`).then((answer) => answer.text()), host).toBe('host');
    }
    const reached = await probe(
      own(),
      hosts.flatMap((host) => ports.map((port) => [host, port] as const)),
    );
    expect(Object.keys(reached)).toHaveLength(new Set(hosts).size * ports.length);
    expect(new Set(Object.values(reached))).toEqual(new Set(['nothing']));
  });

  it('finds nothing of the host on its own loopback, nor by IPv6', async () => {
    const ports = [portOf(service.url), portOf(service.adminUrl), (server.address() as AddressInfo).port];
    const reached = await probe(own(), [
      ...ports.flatMap((port) =>
        ['127.0.0.1', '0.0.0.0', '::1', '::ffff:127.0.0.1'].map((host) => [host, port] as const),
      ),
      ...ports.map((port) => ['fe80::1', port] as const),
    ]);
    expect(Object.values(reached)).not.toContain('open');
    expect(await own().ask('cat /proc/sys/net/ipv6/conf/all/disable_ipv6 && ls /sys/class/net')).toBe('1\neth0\nlo');
  });

  it('reaches no other sandbox, on either network, neither its agent nor its server', async () => {
    const others = [open, openToo, closed, closedToo].filter((inside) => inside !== own());
    const places = others.flatMap((inside) => [AGENT, WEB].map((port) => [addressOf(inside), port] as const));
    const reached = await probe(own(), places);
    expect(Object.keys(reached)).toHaveLength(6);
    expect(new Set(Object.values(reached))).toEqual(new Set(['nothing']));
  });

  it('sends no datagram to the host or to another sandbox', async ({ skip }) => {
    if (!(await isHostIsolated())) return skip('the firewall of this host may not be changed, and the service says so');
    const heard = await datagramsHeard(own(), [open, openToo, closed, closedToo]);
    expect(heard).toEqual({ byHost: ['from the host'], bySandboxes: ['itself'] });
  });

  it('makes no raw packet, no new address, no route and no firewall rule', async () => {
    const tried = await own().ask(`python3 - <<'END'
import socket
for kind in [(socket.AF_PACKET, socket.SOCK_RAW, 3), (socket.AF_INET, socket.SOCK_RAW, 1)]:
    try: socket.socket(*kind); print('made', kind)
    except PermissionError: print('refused')
END
ip addr add 10.213.0.77/16 dev eth0 2>/dev/null || echo refused
ip route add 1.2.3.4/32 dev eth0 2>/dev/null || echo refused
ip link set eth0 address 02:42:0a:d5:00:01 2>/dev/null || echo refused`);
    expect(tried.split('\n')).toEqual(Array.from({ length: 5 }, () => 'refused'));
  });

  it('reaches no address of the cloud’s metadata services', async ({ skip }) => {
    if (!(await isHostIsolated())) return skip('the firewall of this host may not be changed, and the service says so');
    const reached = await probe(own(), [
      ['169.254.169.254', 80],
      ['169.254.170.2', 80],
    ]);
    expect(Object.values(reached)).toEqual(['nothing', 'nothing']);
  });
});

describe('the way out', () => {
  it('is there for an open sandbox, and not for a closed one: no connection, no datagram, no name', async ({
    skip,
  }) => {
    const outside = await outsideHost();
    if (outside === undefined) return skip('this process may not make a network namespace to stand for the internet');
    try {
      const place = [[outside.address, outside.port]] as const;
      expect(Object.values(await probe(open, place))).toEqual(['open']);
      expect(Object.values(await probe(closed, place))).toEqual(['nothing']);
      const servers = ['127.0.0.11', '8.8.8.8', '10.214.0.1', outside.address];
      const answers = await Promise.all(servers.map((server) => lookUp(closed, server, 'example.com', 'A')));
      for (const [index, server] of servers.entries()) {
        expect(answers[index], server).toMatch(/Error\(|\\x81\\x8[25]/);
      }
    } finally {
      await outside.close();
    }
  });
});

/** Who hears what a sandbox says to everybody; the host and the sandbox itself also speak, so that ears are proven. */
async function datagramsHeard(from: Inside, all: readonly Inside[]) {
  const byHost: string[] = [];
  const socket: Socket = createSocket('udp4').on('message', (text) => byHost.push(String(text)));
  await new Promise<void>((resolve) => socket.bind(0, '0.0.0.0', resolve));
  const { port } = socket.address();
  const listen = `rm -f /tmp/heard; timeout 3 python3 -c "
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('0.0.0.0', 5555)); open('/tmp/ears','w')
open('/tmp/heard','w').write(s.recv(99).decode())"`;
  try {
    const ears = all.map((inside) => inside.run(listen));
    for (const inside of all) {
      await inside.ask('for i in $(seq 60); do [ -e /tmp/ears ] && break; sleep 0.05; done; rm /tmp/ears');
    }
    const targets = [...hostAddresses().map((host) => [host, port]), ...all.map((one) => [addressOf(one), 5555])];
    await from.ask(`python3 -c "
import socket, json
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for host, port in json.loads('${JSON.stringify(targets).replaceAll('"', '\\"')}'):
    try: s.sendto(b'itself', (host, port))
    except OSError: pass"`);
    await new Promise<void>((resolve) => socket.send('from the host', port, '127.0.0.1', () => resolve()));
    await Promise.all(ears);
    const notes = await Promise.all(all.map((inside) => inside.run('cat /tmp/heard')));
    return { byHost, bySandboxes: notes.map(({ stdout }) => stdout).filter((text) => text !== '') };
  } finally {
    socket.close();
  }
}
