import { readFileSync } from 'node:fs';
import { aroundServers, runNginx } from '../e2b/nginx.ts';
import { DOMAIN, type Front, replaced, startFront } from './front.ts';

/** nginx with deploy/nginx/sandglass.conf; ports, files and the sizes that would take long are others. */
export function nginxFront(service: string, words: Readonly<Record<string, string>> = {}): Promise<Front> {
  return startFront(service, ({ folder, port, httpPort, certificate, key, service: host, isAnswering }) => {
    const servers = replaced(readFileSync('deploy/nginx/sandglass.conf', 'utf8'), {
      '127.0.0.1:4747': host,
      'listen 80;': `listen 127.0.0.1:${httpPort};`,
      'listen [::]:80;': '',
      'listen 443 ssl http2;': `listen 127.0.0.1:${port} ssl http2;`,
      'listen [::]:443 ssl http2;': '',
      [`/etc/letsencrypt/live/${DOMAIN}/fullchain.pem`]: certificate,
      [`/etc/letsencrypt/live/${DOMAIN}/privkey.pem`]: key,
      'client_max_body_size 10g;': 'client_max_body_size 4m;',
      '10.213.0.0/16': '127.0.0.2/32',
      ...words,
    });
    return runNginx({ folder, settings: aroundServers(folder, servers), isAnswering });
  });
}
