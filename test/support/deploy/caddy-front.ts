import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../run-program.ts';
import { type Front, replaced, startFront } from './front.ts';

const PROGRAM = 'node_modules/.cache/sandglass/caddy/usr/bin/caddy';

/** Why there is no Caddy to be tested with; undefined when there is one. */
export function whyNoCaddy(): string | undefined {
  if (existsSync(PROGRAM)) return undefined;
  return `no ${PROGRAM}: npm run bootstrap unpacks Debian's where apt-get is`;
}

/** Caddy with deploy/caddy/Caddyfile; ports, files and the sizes that would take long are others. */
export function caddyFront(service: string): Promise<Front> {
  return startFront(service, ({ folder, port, httpPort, certificate, key, service: host, isAnswering }) => {
    const options = `{\nadmin off\nhttp_port ${httpPort}\nhttps_port ${port}\ndefault_bind 127.0.0.1\n}\n`;
    const site = replaced(readFileSync('deploy/caddy/Caddyfile', 'utf8'), {
      '127.0.0.1:4747': host,
      '/etc/caddy/sandglass.crt': certificate,
      '/etc/caddy/sandglass.key': key,
      'max_size 10GB': 'max_size 4MB',
      '10.213.0.0/16': '127.0.0.2/32',
    });
    const file = join(folder, 'Caddyfile');
    writeFileSync(file, options + site);
    const argv = ['run', '--config', file, '--adapter', 'caddyfile'];
    const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    return runProgram({ name: 'Caddy', program: PROGRAM, argv, folder, env, isAnswering });
  });
}
