import type { AdmissionWish, CapacityReason } from '../ports/capacity.ts';
import type { MemoryLedger } from './memory-ledger.ts';

export interface AdmissionRulesDeps {
  /** The engine's memory, MiB; null = not known: everything fits. */
  readonly memoryMb: () => number | null;
  readonly overcommit: number;
  /** Measured, 0 to 1; null = not known: nothing is refused for it. Asked by every admission, so it must not read files. */
  readonly pressureRatio: () => number | null;
  readonly isDiskFull: () => boolean;
}

/** What fits into the engine, as it is now. */
export interface AdmissionRules {
  /** All that may be reserved; Infinity while the engine's memory is not known. */
  limitMb(): number;
  /** null = it fits. */
  whyNot(wish: Pick<AdmissionWish, 'sandboxId' | 'memoryMb'>): CapacityReason | null;
  /** What has to be given back for so much more to fit; nothing is lacking at 0 and below. */
  lackMb(moreMb: number): number;
}

const MOST_PRESSURE = 0.95;

export function admissionRules(deps: AdmissionRulesDeps, ledger: MemoryLedger): AdmissionRules {
  const limitMb = () => (deps.memoryMb() ?? Number.POSITIVE_INFINITY) * deps.overcommit;
  const isPressed = () => (deps.pressureRatio() ?? 0) >= MOST_PRESSURE;
  return {
    limitMb,
    whyNot({ sandboxId, memoryMb }) {
      if (deps.isDiskFull()) return 'disk_full';
      if (isPressed()) return 'memory_pressure';
      return ledger.reservedMb - ledger.heldBy(sandboxId) + memoryMb > limitMb() ? 'memory_reserved' : null;
    },
    lackMb: (moreMb) => (isPressed() ? moreMb : ledger.reservedMb + moreMb - limitMb()),
  };
}
