import { SandboxError } from '../domain/errors.ts';
import type { AdmissionWish, CapacityReason, CapacityStatus } from '../ports/capacity.ts';

export interface RefusedWish {
  readonly wish: AdmissionWish;
  readonly reason: CapacityReason;
  /** The engine's memory times the overcommit; Infinity where it is not known. */
  readonly limitMb: number;
  readonly status: CapacityStatus;
}

const RETRY_AFTER_SECONDS = 5;

/** The words for somebody who got no room. */
export function capacityRefusal(refused: RefusedWish): SandboxError {
  const { reason, limitMb, status } = refused;
  const { message, hint } = words(refused);
  return new SandboxError('capacity_exhausted', message, {
    hint,
    details: {
      reason,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
      reservedMb: status.reservedMb,
      limitMb: Number.isFinite(limitMb) ? Math.floor(limitMb) : null,
      waiting: status.waiting,
    },
  });
}

function words(refused: RefusedWish): { readonly message: string; readonly hint: string } {
  const { wish, reason, status } = refused;
  switch (reason) {
    case 'memory_reserved':
      return memoryWords(refused);
    case 'memory_pressure':
      return {
        message: `${percent(status.pressure?.ratio ?? 1)} of the memory that sandboxes may use is in use: none is started now.`,
        hint: 'Try again in some seconds, or stop sandboxes that are not needed.',
      };
    case 'disk_full':
      return {
        message: `The engine's disk is nearly full${freeWords(status.disk)}: no sandbox is started now.`,
        hint: 'Delete sandboxes that are not needed, or make room on the disk of the engine.',
      };
    case 'queue_full':
      return {
        message: `Too many starts of ${wish.tenant} wait for room already.`,
        hint: 'Start fewer sandboxes at once, and try again when some of them run.',
      };
    default:
      return reason satisfies never;
  }
}

function memoryWords({ wish, limitMb, status }: RefusedWish) {
  const asked = `${wish.memoryMb} MiB`;
  const limit = `${Math.floor(limitMb)} MiB`;
  if (wish.memoryMb > limitMb) {
    return {
      message: `A sandbox of ${asked} can never start here: ${limit} is all that may be reserved.`,
      hint: 'Ask for less memory, or raise SANDGLASS_MEMORY_OVERCOMMIT.',
    };
  }
  const held = Number.isFinite(limitMb) ? `${status.reservedMb} of ${limit} are reserved` : 'others wait before it';
  return {
    message: `There is no room for a sandbox of ${asked}: ${held}${waitingWords(status.waiting)}.`,
    hint: 'Try again in some seconds, stop sandboxes that are not needed, or ask for less memory.',
  };
}

function waitingWords(waiting: number): string {
  return waiting === 0 ? '' : `, and ${waiting} wait for room`;
}

function freeWords(disk: CapacityStatus['disk']): string {
  return disk === null ? '' : ` (${disk.freeMb} of ${disk.totalMb} MiB free)`;
}

function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`;
}
