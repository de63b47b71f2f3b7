import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { errorMessage } from '../../domain/errors.ts';
import type { Log } from '../../observe/logger.ts';
import { askCredentialHelper } from './credential-helper.ts';
import type { RegistryCredentials } from './registry-auth.ts';

const entrySchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
});

const configSchema = z.object({
  auths: z.record(z.string(), entrySchema).default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
});

export type DockerConfig = z.infer<typeof configSchema>;

/** The key of Docker Hub in the standard config. */
const HUB_KEY = 'https://index.docker.io/v1/';

export interface CredentialDeps {
  /** The folder of config.json, as DOCKER_CONFIG names it; ~/.docker when not given. */
  readonly configFolder?: string | undefined;
  readonly log: Log;
}

/** Credentials of the standard Docker config for a registry; undefined when it has none or cannot be read. */
export async function findCredentials(
  deps: CredentialDeps,
  registry: string,
): Promise<RegistryCredentials | undefined> {
  const config = await readConfig(deps);
  if (config === undefined) return undefined;
  const key = registry === 'docker.io' ? HUB_KEY : registry;
  const helper = config.credHelpers[registry] ?? config.credHelpers[key] ?? config.credsStore;
  try {
    const found = helper === undefined ? undefined : await askCredentialHelper(helper, key);
    return found ?? credentialsIn(config, registry);
  } catch (error) {
    const fields = { event: 'registry.credentials', registry, error: errorMessage(error) };
    deps.log.warn(fields, 'the credential helper failed: pulling with what the Docker config holds itself');
    return credentialsIn(config, registry);
  }
}

export function parseDockerConfig(text: string): DockerConfig {
  return configSchema.parse(JSON.parse(text));
}

/** What `auths` itself holds. Keys may be hosts or addresses, as older clients wrote them. */
export function credentialsIn(config: DockerConfig, registry: string): RegistryCredentials | undefined {
  const wanted = registry === 'docker.io' ? 'index.docker.io' : registry;
  const found = Object.entries(config.auths).find(([key]) => hostOf(key) === wanted);
  if (found === undefined) return undefined;
  const [serveraddress, entry] = found;
  if (entry.identitytoken !== undefined && entry.identitytoken !== '') {
    return { identitytoken: entry.identitytoken, serveraddress };
  }
  if (entry.username !== undefined && entry.password !== undefined) {
    return { username: entry.username, password: entry.password, serveraddress };
  }
  const decoded = Buffer.from(entry.auth ?? '', 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon <= 0) return undefined;
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, ''), serveraddress };
}

async function readConfig(deps: CredentialDeps): Promise<DockerConfig | undefined> {
  const folder = deps.configFolder ?? join(homedir(), '.docker');
  try {
    return parseDockerConfig(await readFile(join(folder, 'config.json'), 'utf8'));
  } catch (error) {
    const isAbsent = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (!isAbsent)
      deps.log.warn({ event: 'registry.config', error: errorMessage(error) }, 'the Docker config is not readable');
    return undefined;
  }
}

function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').split('/')[0] ?? '';
}
