import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../api.ts';

export interface Nginx {
  readonly url: string;
  close(): Promise<void>;
}

const UNPACKED = 'node_modules/.cache/sandglass/nginx';
const PROGRAM = join(UNPACKED, 'usr/sbin/nginx');
const MIME_TYPES = join(process.cwd(), UNPACKED, 'etc/nginx/mime.types');
const STOP_DEADLINE_MS = 5_000;

/** Why there is no nginx to be tested with; undefined when there is one. */
export function whyNoNginx(): string | undefined {
  if (existsSync(PROGRAM)) return undefined;
  return `no nginx in ${UNPACKED}: npm run bootstrap unpacks Debian's where apt-get is`;
}

/**
 * Debian's nginx with the settings it comes with; what is added is where it listens, where it writes, and what it stands in
 * front of. `more` goes into the location, for what a test wants otherwise.
 */
export async function startNginx(behind: string, more: readonly string[] = []): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), 'sandglass-nginx-'));
  chmodSync(folder, 0o755); // its workers are another user
  const port = await freePort();
  writeFileSync(join(folder, 'nginx.conf'), settings({ folder, port, behind, more }));
  const child = spawn(PROGRAM, [
    '-c',
    join(folder, 'nginx.conf'),
    '-e',
    join(folder, 'error.log'),
    '-g',
    'daemon off;',
  ]);
  const complaints: string[] = [];
  child.stderr.on('data', (piece: Buffer) => complaints.push(piece.toString('utf8')));
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const close = async () => {
    await end(child, exited);
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  try {
    await eventually('nginx answers', () => isAnswering(url, child));
  } catch (error) {
    await close();
    throw new Error(`nginx did not start: ${complaints.join('')}`, { cause: error });
  }
  return { url, close };
}

interface Placement {
  readonly folder: string;
  readonly port: number;
  readonly behind: string;
  readonly more: readonly string[];
}

function settings({ folder, port, behind, more }: Placement): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const server = [
    ...temporary.map((name) => `${name}_temp_path ${folder}/${name};`),
    'server {',
    `  listen 127.0.0.1:${port};`,
    '  location / {',
    `    proxy_pass ${behind};`,
    ...more.map((line) => `    ${line}`),
    '  }',
    '}',
  ].join('\n');
  return readFileSync(join(UNPACKED, 'etc/nginx/nginx.conf'), 'utf8')
    .replace('include /etc/nginx/modules-enabled/*.conf;', '')
    .replace('include /etc/nginx/mime.types;', `include ${MIME_TYPES};`)
    .replace('include /etc/nginx/conf.d/*.conf;', server)
    .replace('include /etc/nginx/sites-enabled/*;', '')
    .replace('/run/nginx.pid', `${folder}/nginx.pid`)
    .replaceAll('/var/log/nginx', folder);
}

async function isAnswering(url: string, child: ChildProcess): Promise<boolean> {
  if (child.exitCode !== null) throw new Error(`it ended with code ${child.exitCode}`);
  return fetch(`${url}/healthz`).then(
    ({ status }) => status === 200,
    () => false,
  );
}

async function end(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS);
  await exited;
  clearTimeout(timer);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
