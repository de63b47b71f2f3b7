import type { NormalisedStart } from '../domain/spec.ts';
import type { SlotTier } from './slot-source.ts';

/** What cannot be changed in a container once it is made; env, user, command and limits come in with the claim. */
export interface SignatureParts {
  /** Content id of the image. */
  readonly imageDigest: string;
  readonly runtime: string;
  readonly internet: boolean;
  /** Whether programs inside may gain privileges. */
  readonly sudo: boolean;
  /** null = no bound. */
  readonly diskMb: number | null;
  /** null = made without an agent. */
  readonly agentVersion: string | null;
}

export interface NamedSignature extends SignatureParts {
  /** The first 8 characters. */
  readonly signature: string;
}

/** Slots of one signature. */
export interface SignatureStatus {
  /** The first 8 characters. */
  readonly signature: string;
  readonly tier: SlotTier;
  readonly image: string;
  readonly template: string | null;
  readonly runtime: string;
  readonly internet: boolean;
  readonly target: number;
  readonly ready: number;
  /** Starts under way. */
  readonly inStart: number;
  readonly hits: number;
  readonly misses: number;
  readonly discards: number;
  /** 0 to 1; null before the first claim. */
  readonly hitRate: number | null;
  /** Of the last 200 claims; null before the first. */
  readonly claimMs: { readonly p50: number; readonly p99: number } | null;
  /** Of the slot that has been ready longest; null where none is. */
  readonly oldestReadySeconds: number | null;
}

export interface PoolStatus {
  readonly isOn: boolean;
  readonly signatures: readonly SignatureStatus[];
  /** Those of the configuration that have less than their floor, by template where they have one. */
  readonly belowFloor: readonly string[];
}

/** What may be seen of the pool. */
export interface PoolView {
  /** In memory: costs next to nothing. */
  status(): PoolStatus;
  /** By what such a start finds its slot. Asks the engine; undefined where that has no such image, or says nothing of it. */
  signatureFor(start: NormalisedStart): Promise<NamedSignature | undefined>;
}
