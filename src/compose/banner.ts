import packageJson from '../../package.json' with { type: 'json' };
import type { FirstKeyFile } from '../operations/first-key-file.ts';

export const VERSION = packageJson.version;

export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** What a person wants to know when it has started. */
export function banner(
  ports: { readonly url: string; readonly metricsUrl: string },
  { secret, path }: FirstKeyFile,
  isGiven: boolean,
): readonly string[] {
  const kept = isGiven ? 'as given in SANDGLASS_ADMIN_KEY' : `kept in ${path}`;
  return [
    '',
    `Sandglass ${VERSION} is ready.`,
    `  URL      ${ports.url}`,
    `  API key  ${secret ?? kept}`,
    `  Metrics  ${ports.metricsUrl}`,
    '',
    'The E2B SDK needs this key as E2B_API_KEY, and two variables:',
    `  export E2B_API_URL=${ports.url}`,
    `  export E2B_SANDBOX_URL=${ports.url}`,
    '',
  ];
}
