import { Sandbox } from 'e2b';
import type { BenchService } from './bench-service.ts';

/** What the unmodified SDK is told to reach the service. */
export function sdkConnection(service: BenchService) {
  const { adminKey, url } = service.process();
  return { apiKey: adminKey, apiUrl: url, sandboxUrl: url };
}

/** The SDK's view of a sandbox that runs. */
export function sdkSandbox(service: BenchService, id: string): Promise<Sandbox> {
  return Sandbox.connect(id, { ...sdkConnection(service), timeoutMs: 3_600_000 });
}
