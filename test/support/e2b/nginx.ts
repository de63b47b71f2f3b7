import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, runProgram } from '../run-program.ts';

export interface Nginx {
  readonly url: string;
  close(): Promise<void>;
}

const UNPACKED = 'node_modules/.cache/sandglass/nginx';
const PROGRAM = join(UNPACKED, 'usr/sbin/nginx');
const MIME_TYPES = join(process.cwd(), UNPACKED, 'etc/nginx/mime.types');

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
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const isAnswering = () =>
    fetch(`${url}/healthz`).then(
      ({ status }) => status === 200,
      () => false,
    );
  const { close } = await runNginx({ folder, settings: settings({ folder, port, behind, more }), isAnswering });
  return { url, close };
}

/** Runs it in a folder, which it takes along when it is closed, until it answers. */
export async function runNginx(run: {
  readonly folder: string;
  readonly settings: string;
  readonly isAnswering: () => Promise<boolean>;
}): Promise<{ close(): Promise<void> }> {
  const { folder, isAnswering } = run;
  chmodSync(folder, 0o755); // its workers are another user
  writeFileSync(join(folder, 'nginx.conf'), run.settings);
  const argv = ['-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log'), '-g', 'daemon off;'];
  return runProgram({ name: 'nginx', program: PROGRAM, argv, folder, isAnswering });
}

interface Placement {
  readonly folder: string;
  readonly port: number;
  readonly behind: string;
  readonly more: readonly string[];
}

function settings({ folder, port, behind, more }: Placement): string {
  const server = [
    'server {',
    `  listen 127.0.0.1:${port};`,
    '  location / {',
    `    proxy_pass ${behind};`,
    ...more.map((line) => `    ${line}`),
    '  }',
    '}',
  ].join('\n');
  return aroundServers(folder, server);
}

/** The nginx.conf that Debian's comes with, with these servers in it, and all that it writes in a folder. */
export function aroundServers(folder: string, servers: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = temporary.map((name) => `${name}_temp_path ${folder}/${name};`);
  return readFileSync(join(UNPACKED, 'etc/nginx/nginx.conf'), 'utf8')
    .replace('include /etc/nginx/modules-enabled/*.conf;', '')
    .replace('include /etc/nginx/mime.types;', `include ${MIME_TYPES};`)
    .replace('include /etc/nginx/conf.d/*.conf;', () => [...paths, servers].join('\n'))
    .replace('include /etc/nginx/sites-enabled/*;', '')
    .replace('/run/nginx.pid', `${folder}/nginx.pid`)
    .replaceAll('/var/log/nginx', folder);
}
