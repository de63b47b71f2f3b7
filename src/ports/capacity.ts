/** Why a sandbox is not admitted. */
export type CapacityReason =
  /** Reserved memory and this would be more than the engine's memory times the overcommit. */
  | 'memory_reserved'
  /** Measured memory is nearly used up. */
  | 'memory_pressure'
  /** The engine's disk is nearly full. */
  | 'disk_full'
  /** Too many of this tenant wait already. */
  | 'queue_full';

export interface AdmissionWish {
  readonly sandboxId: string;
  readonly tenant: string;
  /** What it will reserve, MiB. */
  readonly memoryMb: number;
}

export interface AdmissionWait {
  /** 0 = refused at once where it does not fit now. */
  readonly waitMs: number;
  /** Aborts when the caller goes away: the wait ends, nothing is reserved. */
  readonly signal?: AbortSignal | undefined;
}

export interface CapacityStatus {
  readonly engine: string;
  /** The engine's memory; null while it is not known. */
  readonly memoryMb: number | null;
  readonly overcommit: number;
  /** Of live sandboxes, slots and admissions under way, MiB. */
  readonly reservedMb: number;
  readonly waiting: number;
  /** Where measured memory comes from; null before the first look. */
  readonly pressure: {
    readonly source: string;
    readonly usedMb: number;
    readonly limitMb: number;
    /** 0 to 1. */
    readonly ratio: number;
  } | null;
  /** Of the engine's data root; null where it cannot be seen. */
  readonly disk: { readonly freeMb: number; readonly totalMb: number; readonly isGuarded: boolean } | null;
  /** Why the next start would wait now; null = it would not. */
  readonly refuses: CapacityReason | null;
}

/** Memory of the engine's machine at one instant, MiB. */
export interface MemoryPoint {
  readonly atMs: number;
  readonly usedMb: number;
  readonly reservedMb: number;
}

/** Room for sandboxes on the engine. */
export interface Capacity {
  /**
   * Reserves memory for a sandbox that is about to be made or claimed (a slot's own reservation is replaced). Done at
   * once where it fits; else slots are evicted, then it waits its turn: first come first served within a tenant, round
   * robin between tenants. Throws `capacity_exhausted` with `details.reason` (a CapacityReason) and a `Retry-After`.
   * The reservation follows the row from its first commit on; until then whoever asked gives it back when nothing comes of it.
   */
  admit(wish: AdmissionWish, wait: AdmissionWait): Promise<void>;
  /** Whether so many MiB more could be reserved now without anybody waiting for them. Costs next to nothing. */
  hasRoomFor(memoryMb: number): boolean;
  /** Gives back what was reserved for a sandbox that was never written; nothing happens where there is a row. */
  release(sandboxId: string): void;
  status(): CapacityStatus;
  /** Of the last hour, oldest first; empty where nobody looks. */
  history(): readonly MemoryPoint[];
}
