import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiOf, eventually } from '../support/api.ts';
import { type Inside, insideOf, startInside } from '../support/dataplane/inside.ts';
import { type ServiceProcess, startService } from '../support/service-process.ts';

let service: ServiceProcess;
let own: Inside;

beforeAll(async () => {
  service = await startService();
  own = await startInside(service, { body: { autoPause: true } });
}, 120_000);
afterAll(() => service?.dispose());

// The program of its main process lies in the agent's folder; docker-init, its parent, has another.
const AGENT_PID =
  'for p in /proc/[0-9]*; do case $(readlink $p/exe) in /opt/sandglass/*) basename $p; break ;; esac; done';

describe('the agent, as a root process inside can see it', () => {
  const control = (path: string, ...headers: readonly string[]) =>
    own.ask(
      `curl -s -m 3 -o /dev/null -w '%{http_code}' -X POST -H 'content-type: application/json' ${headers
        .map((header) => `-H '${header}'`)
        .join(
          ' ',
        )} -d '{"incarnation":2,"accessToken":"mine","env":{},"user":null,"workdir":null,"command":null,"killInMs":0}' http://127.0.0.1:49983${path}`,
    );

  it.each(['/init', '/stop'])('takes no %s from anybody without the service’s secret', async (path) => {
    const hash = await own.ask("tr '\\0' '\\n' < /proc/1/environ | sed -n 's/^SANDGLASS_INIT_SHA256=//p'");
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    const secret = 'x-sandglass-init-secret';
    const guesses = ['', hash, hash.toUpperCase(), Buffer.from(hash, 'hex').toString('base64'), own.token, 'null'];
    expect(await control(path)).toBe('401');
    expect(await control(path, `x-access-token: ${own.token}`)).toBe('401');
    expect(await control(path, `${secret}: ${hash}`, `${secret}: ${hash}`)).toBe('401');
    for (const guess of guesses) expect(await control(path, `${secret}: ${guess}`), guess).toBe('401');
    const line = ['connection: upgrade', 'upgrade: sandglass-init'];
    for (const guess of guesses) expect(await control(path, ...line, `${secret}: ${guess}`), guess).toBe('401');
    expect(await own.ask('echo still here')).toBe('still here');
  });

  it('knows its secret by the hash only: neither its memory nor its files hold it', async () => {
    const found = await own.ask(`pid=$(${AGENT_PID}); [ -n "$pid" ] && tr '\\0' '\\n' < /proc/$pid/environ`);
    expect(
      found
        .split('\n')
        .filter((line) => line.startsWith('SANDGLASS_'))
        .sort(),
    ).toEqual(['SANDGLASS_IMAGE_USER=user', expect.stringMatching(/^SANDGLASS_INIT_SHA256=[0-9a-f]{64}$/)]);
  });

  it('gives processes none of its own environment', async () => {
    expect(await own.ask('env | grep -c -i -e sandglass -e init_sha || true')).toBe('0');
  });

  it('serves nothing but its health to other users without the token', async () => {
    const paths = ['/envs', '/metrics', '/files?path=/etc/passwd', '/sandglass/exec', '/sandglass/processes', '/init2'];
    const line = (path: string) => `curl -s -o /dev/null -w '%{http_code}' 'http://127.0.0.1:49983${path}'`;
    const asUser = (path: string) => own.ask(`su user -s /bin/sh -c "${line(path)}"`);
    expect(await asUser('/health')).toBe('204');
    for (const path of paths) expect(await asUser(path), path).toBe('401');
  });

  it('hands its environment and memory to no user but root', async () => {
    const asUser = await own.run(
      `pid=$(${AGENT_PID}); su user -s /bin/sh -c "cat /proc/$pid/environ /proc/1/environ /proc/$pid/mem"`,
    );
    expect(asUser.stdout).toBe('');
    expect(asUser.stderr.match(/Permission denied/g)).toHaveLength(3);
  });

  it('tunnels to the sandbox’s own loopback alone', async () => {
    const connect = (target: string) =>
      own.ask(
        `printf 'CONNECT ${target} HTTP/1.1\\r\\nHost: x\\r\\nX-Access-Token: ${own.token}\\r\\n\\r\\n' | timeout 2 python3 -c "
import socket, sys
s = socket.create_connection(('127.0.0.1', 49983)); s.sendall(sys.stdin.buffer.read()); print(s.recv(60).decode().split()[1])"`,
      );
    expect(await connect('127.0.0.1:49983')).toBe('200');
    for (const target of [
      '10.213.0.1:22',
      'localhost:49983',
      '169.254.169.254:80',
      '[::1]:49983',
      '127.0.0.1:0',
      '127.0.0.2:49983',
    ]) {
      expect(await connect(target), target).toBe('400');
    }
  });
});

describe('a root process inside', () => {
  it('has the capabilities of Docker’s default without raw sockets and devices, and cannot get more', async () => {
    const lines = await own.ask("grep -h -e ^Cap -e ^Seccomp: /proc/self/status | tr '\\t' ' '");
    // CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE SYS_CHROOT AUDIT_WRITE SETFCAP
    const mask = '00000000a00405fb';
    for (const name of ['CapPrm', 'CapEff', 'CapBnd']) expect(lines).toContain(`${name}: ${mask}`);
    expect(lines).toContain('Seccomp: 2');
  });

  it.each([
    ['writes no kernel setting', 'echo x > /proc/sys/kernel/core_pattern'],
    ['writes no kernel trigger', 'echo h > /proc/sysrq-trigger'],
    ['writes no sysfs', 'echo 1 > /sys/kernel/uevent_seqnum; touch /sys/x'],
    ['writes no cgroup', 'mkdir $(ls -d /sys/fs/cgroup/memory || echo /sys/fs/cgroup)/x'],
    ['mounts nothing', 'mount -t tmpfs x /mnt'],
    ['mounts no cgroup of its own', 'mkdir -p /tmp/c; mount -t cgroup -o memory x /tmp/c'],
    ['mounts no proc of its own', 'mkdir -p /tmp/p; mount -t proc x /tmp/p'],
    ['makes the agent’s folder writable by no remount', 'mount -o remount,rw /opt/sandglass'],
    ['writes nothing into the agent’s folder', 'touch /opt/sandglass/agent.js'],
    ['moves nothing over the agent', 'mv /etc/hostname /opt/sandglass/agent.js'],
    ['puts nothing in the place of the agent’s folder', 'mv /opt/sandglass /opt/other || rm -r /opt/sandglass'],
    ['makes no device', 'mknod /tmp/disk b 254 0'],
    ['makes no namespace of users', 'unshare -U true'],
    ['makes no namespace of networks', 'unshare -n true'],
    ['enters no other namespace', 'nsenter -t 1 -a -n true'],
    [
      'loads no module',
      'python3 -c "import ctypes,sys; sys.exit(0 if ctypes.CDLL(None).syscall(175,0,0,b\'\')==0 else 1)"',
    ],
    ['reads no kernel memory', 'head -c 1 /proc/kcore | grep -q . || head -c 1 /dev/mem | grep -q .'],
    ['reads no kernel log', 'dmesg'],
    ['sets no clock', 'date -s @0'],
    ['sets no name of the host', 'hostname other'],
    ['finds no socket of an engine', 'find / -xdev -name "docker.sock" -o -name "containerd*.sock" | grep .'],
    ['opens no device of a disk', 'ls -l /dev | grep ^b'],
  ])('%s', async (_promise, line) => {
    const { exitCode, stdout } = await own.run(line);
    expect(exitCode, stdout).not.toBe(0);
  });

  it('sees no process but those of its sandbox', async () => {
    const names = await own.ask('cat /proc/[0-9]*/comm | sort -u');
    expect(names.split('\n')).toEqual(expect.arrayContaining(['docker-init', 'sh']));
    expect(names).not.toMatch(/dockerd|containerd|redis|vitest/);
    expect(await own.ask('cat /proc/1/comm')).toBe('docker-init');
  });

  it('that kills the agent ends its own sandbox as crashed; the files stay, and it can be started again', async () => {
    const api = apiOf(service);
    const view = async () => (await api('GET', `/v1/sandboxes/${own.id}`)).body;
    await own.ask('echo kept > /home/user/kept.txt; sync');
    const secondTry = own.run(`kill -KILL $(${AGENT_PID}); sleep 30`);
    await expect(secondTry).rejects.toThrow();
    const stopped = await eventually('the sandbox has stopped', async () => {
      const body = await view();
      return body.state === 'stopped' && body;
    });
    expect(stopped.reason).toMatchObject({ code: 'crashed', exitCode: 137 });
    expect((await own.fetch('/health')).status).toBe(502);
    const restarted = await api('POST', `/v1/sandboxes/${own.id}/restart`, { body: {} });
    expect(restarted.status, JSON.stringify(restarted.body)).toBe(200);
    expect(await own.ask('cat /home/user/kept.txt')).toBe('kept');
    own = insideOf(service, own.id, own.token);
    expect(await own.ask('whoami')).toBe('root');
  });
});
