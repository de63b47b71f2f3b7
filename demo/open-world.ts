import type { ConnectionOptions } from '../src/sdk/index.ts';
import { type EngineLook, watchEngine } from './engine-look.ts';
import type { Narrator } from './narrator.ts';
import { lookFromOutside, type OutsideLook } from './outside-look.ts';
import { type OwnService, startOwnService } from './own-service.ts';

/** The service that the demo runs, and the views on it from outside. */
export interface World {
  open(): Promise<void>;
  /** How the SDK reaches the service. */
  client(): ConnectionOptions;
  look(): OutsideLook;
  engine(): EngineLook;
  containerName(sandboxId: string): string;
  /** Leaves nothing behind, however far it came. Safe to call twice. */
  close(): Promise<void>;
}

export function openWorld({ step, show }: Narrator): World {
  let service: OwnService | undefined;
  let look: OutsideLook | undefined;
  let engine: EngineLook | undefined;
  return {
    open: () =>
      step('Start the service, with a private Redis and a database of its own', async () => {
        service = await startOwnService();
        look = lookFromOutside(service.dataDir);
        engine = await watchEngine(look.serviceId);
        show(`${service.url}, data in ${service.dataDir}`);
      }),
    client: () => ({ url: present(service).url, apiKey: present(service).apiKey }),
    look: () => present(look),
    engine: () => present(engine),
    containerName: (sandboxId) => `sandglass-${present(look).serviceId.slice(0, 8)}-${sandboxId}`,
    async close() {
      look?.close();
      await service?.stop();
      await engine?.removeLeftovers();
      engine?.close();
      [service, look, engine] = [undefined, undefined, undefined];
    },
  };
}

function present<T>(part: T | undefined): T {
  if (part === undefined) throw new Error('the service was not started');
  return part;
}
