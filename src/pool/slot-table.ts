import type { Sandbox } from '../domain/sandbox.ts';
import { type NormalisedStart, readSpec } from '../domain/spec.ts';
import type { IdleSlot } from './janitor-policy.ts';
import { signatureOf } from './signature.ts';
import { type ReadySlot, type SlotGroup, slotGroup, targetOf, tierOf } from './slot-group.ts';
import type { HotSettings } from './use-window.ts';

export interface SlotTableDeps {
  readonly hot: HotSettings;
  /** Content id of an image, without asking the engine. */
  readonly digestOf: (image: string) => string | undefined;
  /** Of the containers that are made now. */
  readonly agentVersion: () => string | null;
}

/** Which slots there are; in memory, and made anew from the rows by each process. */
export interface SlotTable {
  readonly groups: ReadonlyMap<string, SlotGroup>;
  /** The group of such starts; undefined while the content of its image is not known. */
  groupFor(start: NormalisedStart): SlotGroup | undefined;
  groupOf(slotId: string): SlotGroup | undefined;
  /** A start of a slot has begun. */
  begin(id: string, group: SlotGroup): void;
  /** A row in `warming` that the process before began: on its way. False when it is of no group that is used. */
  expect(row: Sandbox): boolean;
  /** A row in `warm`: ready from now on. False when it is of no group that is used any more. */
  adopt(row: Sandbox, nowMs: number): boolean;
  pop(group: SlotGroup): ReadySlot | undefined;
  /** First in line again. */
  putBack(slot: ReadySlot, group: SlotGroup): void;
  /** It is no slot any more, whoever had it. */
  forget(id: string): void;
  idle(): readonly IdleSlot[];
  /** Signatures are made anew: an image or the agent has changed. */
  reread(): void;
  /** Forgets groups that have nothing, want nothing, and were not used within their window. */
  tidy(nowMs: number): void;
}

export function slotTable({ hot, digestOf, agentVersion }: SlotTableDeps): SlotTable {
  const groups = new Map<string, SlotGroup>();
  const bySlot = new Map<string, SlotGroup>();
  /** Hashing on every create would cost more than looking up what was hashed before. */
  let known = new Map<string, SlotGroup>();

  const find = (start: NormalisedStart, imageDigest: string) => {
    const parts = { imageDigest, runtime: start.runtime, internet: start.internet, agentVersion: agentVersion() };
    const signature = signatureOf({ ...parts, sudo: start.spec.sudo, diskMb: start.resources.diskMb });
    const group = groups.get(signature) ?? slotGroup(signature, start, hot);
    groups.set(signature, group);
    return group;
  };
  const drop = (id: string) => {
    const group = bySlot.get(id);
    if (group === undefined) return;
    bySlot.delete(id);
    group.starting.delete(id);
    const at = group.ready.findIndex((slot) => slot.id === id);
    if (at >= 0) group.ready.splice(at, 1);
  };
  const begin = (id: string, group: SlotGroup) => {
    bySlot.set(id, group);
    group.starting.add(id);
  };
  const groupOfRow = (row: Sandbox) => groups.get(signatureOfRow(row) ?? '');
  return {
    groups,
    groupFor(start) {
      const { image, internet, resources, runtime, spec } = start;
      const name = `${runtime} ${internet} ${spec.sudo} ${resources.diskMb} ${image}`;
      const seen = known.get(name);
      if (seen !== undefined) return seen;
      const digest = digestOf(image);
      if (digest === undefined) return undefined;
      const group = find(start, digest);
      known.set(name, group);
      return group;
    },
    groupOf: (slotId) => bySlot.get(slotId),
    begin,
    expect(row) {
      const imageDigest = row.imageDigest ?? digestOf(row.image) ?? null;
      const group = groupOfRow({ ...row, imageDigest, agentVersion: agentVersion() });
      if (group !== undefined) begin(row.id, group);
      return group !== undefined;
    },
    adopt(row, nowMs) {
      drop(row.id);
      const group = groupOfRow(row);
      if (group === undefined) return false;
      bySlot.set(row.id, group);
      group.ready.push({ id: row.id, readySinceMs: nowMs, createdAtMs: row.createdAtMs });
      group.failures = 0;
      return true;
    },
    pop: (group) => group.ready.shift(),
    putBack(slot, group) {
      bySlot.set(slot.id, group);
      group.ready.unshift(slot);
    },
    forget: drop,
    idle: () =>
      [...groups.values()].flatMap((group) => {
        // What is beyond the target is kept for nobody.
        const spare = group.ready.length - targetOf(group, hot);
        const tierAt = (at: number) => (at < spare ? 'cold' : tierOf(group));
        return group.ready.map((slot, at) => ({ ...slot, signature: group.signature, tier: tierAt(at) }));
      }),
    reread() {
      known = new Map();
    },
    tidy(nowMs) {
      for (const [signature, group] of groups) {
        const isEmpty = targetOf(group, hot) + group.ready.length + group.starting.size === 0;
        if (isEmpty && group.uses.count(nowMs) === 0) groups.delete(signature);
      }
      known = new Map();
    },
  };
}

/** undefined for a row that was never a container. */
function signatureOfRow(row: Sandbox): string | undefined {
  const reading = readSpec(row.spec);
  if (row.imageDigest === null || reading.outcome !== 'ok') return undefined;
  const { agentVersion, imageDigest, internet, resources, runtime } = row;
  const { sudo } = reading.spec;
  return signatureOf({ agentVersion, imageDigest, internet, runtime, sudo, diskMb: resources.diskMb });
}
