import type { RuntimeCapabilities } from '../../ports/container-runtime.ts';

/** A runtime as the engine lists it. */
export interface EngineRuntime {
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
}

export type CapabilityOverrides = Readonly<Record<string, Partial<RuntimeCapabilities>>>;

const ALL: RuntimeCapabilities = { restart: true, pause: true, quota: true, stats: true };

/**
 * What a runtime can do, by what its name or program says it is; what is configured for its name wins.
 * - runc, crun, youki, sysbox-runc and unknown ones: all, as the engine expects every runtime to behave like runc.
 * - runsc: writes go to an overlay inside the sandbox that ends with its process (google/gvisor#11559), so that a
 *   restart would find the files gone, unless it runs with `--overlay2=none`; a size is not known to hold
 *   (google/gvisor#11504).
 * - kata: a stopped container cannot be started again, and its disk is the virtual machine's.
 */
export function capabilitiesOf(runtime: EngineRuntime, overrides: CapabilityOverrides = {}): RuntimeCapabilities {
  return { ...familyOf(runtime), ...overrides[runtime.name] };
}

function familyOf(runtime: EngineRuntime): RuntimeCapabilities {
  const program = runtime.path.split('/').at(-1) ?? '';
  const isFamily = (word: string) => runtime.name.includes(word) || program.includes(word);
  if (isFamily('kata')) return { ...ALL, restart: false, quota: false };
  if (isFamily('runsc') || isFamily('gvisor')) {
    return { ...ALL, restart: runtime.args.includes('--overlay2=none'), quota: false };
  }
  return ALL;
}
