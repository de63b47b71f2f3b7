import * as newest from 'e2b';
import * as oldest from 'e2b-2-45';
import { afterAll, beforeAll } from 'vitest';
import { type ServiceProcess, startService } from '../service-process.ts';

export type Sdk = typeof newest;
export type SdkSandbox = newest.Sandbox;

/** The unmodified package at both ends of what is promised. Their types differ in private members only. */
export const sdks: readonly (readonly [version: string, sdk: Sdk])[] = [
  ['2.51.0', newest],
  ['2.45.0', oldest as unknown as Sdk],
];

/** One service for all tests of a file; the answer is good from the first `beforeAll` on. */
export function serviceOfFile(env: Readonly<Record<string, string>> = {}): () => ServiceProcess {
  let service: ServiceProcess | undefined;
  beforeAll(async () => {
    service = await startService(env);
  });
  afterAll(() => service?.dispose());
  return () => made(service);
}

/** One sandbox for all tests of a `describe`, made by the SDK under test. The service takes it along when it ends. */
export function sandboxOf(sdk: Sdk, service: () => ServiceProcess, opts: newest.SandboxOpts = {}): () => SdkSandbox {
  let sandbox: SdkSandbox | undefined;
  beforeAll(async () => {
    sandbox = await sdk.Sandbox.create({ ...connectionTo(service()), ...opts });
  });
  return () => made(sandbox);
}

/** All that a client is told: a key and two addresses, which are the same. */
export function connectionTo(service: Pick<ServiceProcess, 'url' | 'adminKey'>) {
  return { apiKey: service.adminKey, apiUrl: service.url, sandboxUrl: service.url };
}

/** What the SDK keeps private and the wire needs. */
export function accessTokenOf(sandbox: SdkSandbox): string {
  return String(Reflect.get(sandbox, 'envdAccessToken'));
}

function made<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('asked for before it was made');
  return value;
}
