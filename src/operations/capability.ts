import { SandboxError } from '../domain/errors.ts';
import type { ContainerRuntime, RuntimeCapabilities } from '../ports/container-runtime.ts';

const INSTEAD: Readonly<Record<keyof RuntimeCapabilities, string>> = {
  restart: 'Start a new sandbox instead.',
  pause: 'Stop and restart it instead.',
  quota: 'Leave out diskMb, or use another runtime.',
  stats: 'Read the statistics of the host instead.',
};

/** Refuses, before anything is touched, what the container runtime of the engine cannot do. */
export async function requireCapability(
  deps: { readonly runtime: ContainerRuntime },
  runtime: string,
  capability: keyof RuntimeCapabilities,
): Promise<void> {
  const capabilities = await requireRuntime(deps, runtime);
  if (capabilities[capability]) return;
  throw new SandboxError('unsupported', `The runtime "${runtime}" cannot ${capability} a sandbox.`, {
    hint: INSTEAD[capability],
    details: { runtime },
  });
}

export async function requireRuntime(
  deps: { readonly runtime: ContainerRuntime },
  runtime: string,
): Promise<RuntimeCapabilities> {
  const capabilities = await deps.runtime.capabilities(runtime);
  if (capabilities !== undefined) return capabilities;
  throw new SandboxError('unsupported', `The engine has no runtime "${runtime}".`, {
    hint: 'GET /v1/engines lists the runtimes it has.',
    details: { runtime },
  });
}
