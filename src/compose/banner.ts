import packageJson from '../../package.json' with { type: 'json' };
import type { FirstKeyFile } from '../operations/first-key-file.ts';

export const VERSION = packageJson.version;

export function urlOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export interface KeptWarm {
  readonly template: string;
  readonly count: number;
}

/** What a person wants to know when it has started. */
export function banner(
  ports: { readonly url: string; readonly metricsUrl: string },
  { secret, path }: FirstKeyFile,
  isGiven: boolean,
  floors: readonly KeptWarm[],
): readonly string[] {
  const kept = isGiven ? 'as given in SANDGLASS_ADMIN_KEY' : `kept in ${path}`;
  return [
    '',
    `Sandglass ${VERSION} is ready.`,
    `  URL      ${ports.url}`,
    `  API key  ${secret ?? kept}`,
    `  Metrics  ${ports.metricsUrl}`,
    `  Pool     ${poolWords(floors)}`,
    '',
    'The E2B SDK needs this key as E2B_API_KEY, and two variables:',
    `  export E2B_API_URL=${ports.url}`,
    `  export E2B_SANDBOX_URL=${ports.url}`,
    '',
  ];
}

function poolWords(floors: readonly KeptWarm[]): string {
  if (floors.length === 0) return 'off: every start makes its container (SANDGLASS_POOL=base=4 keeps 4 ready)';
  const names = floors.map(({ template, count }) => `${template}=${count}`);
  return `${names.join(',')}: so many containers are kept ready (SANDGLASS_POOL)`;
}
