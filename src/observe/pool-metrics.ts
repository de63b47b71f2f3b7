import { Gauge, type Registry } from 'prom-client';

/** What the gauges read at each scrape; all of it in memory. */
export interface PoolMetricSources {
  readonly pool: () => {
    readonly signatures: readonly {
      readonly signature: string;
      readonly tier: string;
      readonly target: number;
      readonly ready: number;
      readonly inStart: number;
    }[];
  };
  readonly capacity: () => {
    readonly reservedMb: number;
    readonly waiting: number;
    /** null while it was not measured. */
    readonly pressure: { readonly ratio: number } | null;
  };
}

const MIB = 1024 * 1024;

/** Gauges of the warm containers and of the room for sandboxes. */
export function poolGauges(registers: Registry[], { pool, capacity }: PoolMetricSources): void {
  const gauge = (name: string, help: string, labelNames: string[], collect: (self: Gauge) => void) =>
    new Gauge({
      ...{ name: `sandglass_${name}`, help, labelNames, registers },
      collect() {
        collect(this);
      },
    });
  const bySignature = (name: string, help: string, count: 'ready' | 'target') =>
    gauge(name, help, ['tier', 'signature'], (self) => {
      self.reset();
      // A signature without slots would be a label for every image that was ever started.
      const kept = pool().signatures.filter(({ ready, target }) => ready + target > 0);
      for (const { tier, signature, [count]: value } of kept) self.set({ tier, signature }, value);
    });
  bySignature('pool_ready', 'Warm containers that wait to be claimed', 'ready');
  bySignature('pool_target', 'Warm containers that there should be', 'target');
  gauge('pool_in_start', 'Starts of warm containers under way', [], (self) =>
    self.set(pool().signatures.reduce((sum, { inStart }) => sum + inStart, 0)),
  );
  gauge('memory_reserved_bytes', 'Memory that sandboxes and warm containers have reserved', [], (self) =>
    self.set(capacity().reservedMb * MIB),
  );
  gauge(
    'memory_pressure_ratio',
    'Part of the measured memory that is in use; absent while not measured',
    [],
    (self) => {
      const { pressure } = capacity();
      if (pressure === null) self.remove();
      else self.set(pressure.ratio);
    },
  );
  gauge('admission_waiting', 'Starts that wait for room', [], (self) => self.set(capacity().waiting));
}
