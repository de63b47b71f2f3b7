import { isSandboxError } from '../../src/domain/errors.ts';
import type { SandboxState } from '../../src/domain/sandbox.ts';
import { SLOT_MB } from '../../src/pool/memory-ledger.ts';
import { type CapacityRoom, capacityRoom, nextTurn } from '../support/capacity-room.ts';

export const LIMIT_MB = 1000;
/** From here on others may have to stand back for it. */
const OFTEN = 21;

/** One call of `admit`. */
interface Ask {
  readonly id: string;
  readonly tenant: string;
  readonly mb: number;
  readonly waitMs: number;
  readonly dueMs: number;
  readonly caller: AbortController;
  /** How many of other tenants were served while it waited. */
  othersServed: number;
  readonly ends: string[];
}

/** The simplest thing that says what `capacity` must hold: it is never told what the answer should be, it judges it. */
export interface CapacityModel extends CapacityRoom {
  readonly admitted: { readonly id: string; readonly tenant: string }[];
  readonly rows: ReadonlyMap<string, { readonly state: SandboxState; readonly mb: number }>;
  heldMb(id: string): number;
  waiting(): readonly { readonly caller: AbortController }[];
  ask(id: string, tenant: string, mb: number, waitMs: number): void;
  setRow(id: string, state: SandboxState, mb: number): void;
  release(id: string): void;
  /** Lets what was begun come to its end, and judges it. The first wrong thing found; undefined = all is well. */
  judge(): Promise<string | undefined>;
  /** Everybody goes; what is left then. */
  end(): Promise<object>;
}

export function capacityModel(): CapacityModel {
  const at = capacityRoom();
  const { clock, room, subject } = at;
  const asks: Ask[] = [];
  const rows = new Map<string, { readonly state: SandboxState; readonly mb: number }>();
  const holds = new Map<string, number>();
  const admitted: { id: string; tenant: string }[] = [];
  const ends: { readonly ask: Ask; readonly how: string }[] = [];
  const wrong: string[] = [];

  const held = (id: string) => Math.max(heldByRow(rows.get(id)), holds.get(id) ?? 0);
  const reserved = () => [...new Set([...rows.keys(), ...holds.keys()])].reduce((sum, id) => sum + held(id), 0);
  const isShut = () => room.isDiskFull || (room.pressure ?? 0) >= 0.95;
  const fits = ({ id, mb }: Ask) => !isShut() && reserved() - held(id) + mb <= LIMIT_MB;
  const waiting = () => asks.filter((ask) => ask.ends.length === 0);
  const mayBeHeldBack = (ask: Ask) => waiting().some((other) => other !== ask && other.othersServed >= OFTEN);

  const hear = (ask: Ask, how: string) => {
    const before = waiting().filter((other) => asks.indexOf(other) < asks.indexOf(ask) && other.tenant === ask.tenant);
    ask.ends.push(how);
    if (ask.ends.length > 1) wrong.push(`${ask.id} ended twice`);
    if (how === 'admitted') {
      if (!fits(ask)) wrong.push(`${ask.id} was let in without room: ${reserved()} and ${ask.mb}`);
      if (before.length > 0) wrong.push(`${ask.id} was served before its elder ${before[0]?.id}`);
      holds.set(ask.id, ask.mb);
      admitted.push({ id: ask.id, tenant: ask.tenant });
      for (const other of waiting()) if (other.tenant !== ask.tenant) other.othersServed += 1;
    } else if (how === 'gone') {
      if (!ask.caller.signal.aborted) wrong.push(`${ask.id} went by itself`);
    } else if (ask.waitMs > 0) {
      if (clock.monotonicMs() < ask.dueMs) wrong.push(`${ask.id} was refused before its time`);
    } else if (fits(ask) && before.length === 0 && !mayBeHeldBack(ask)) wrong.push(`${ask.id} was refused: ${how}`);
  };
  const judge = async () => {
    await nextTurn();
    for (const { ask, how } of ends.splice(0)) hear(ask, how);
    const firsts = new Map(
      waiting()
        .reverse()
        .map((ask) => [ask.tenant, ask]),
    );
    for (const ask of firsts.values()) if (fits(ask) && !mayBeHeldBack(ask)) wrong.push(`${ask.id} was not woken`);
    for (const ask of waiting()) if (ask.dueMs <= clock.monotonicMs()) wrong.push(`${ask.id} waits for ever`);
    const status = subject.status();
    if (status.reservedMb !== reserved()) wrong.push(`${status.reservedMb} reserved, should be ${reserved()}`);
    if (status.waiting !== waiting().length) wrong.push(`${status.waiting} wait, should be ${waiting().length}`);
    return wrong[0];
  };
  const setRow = (id: string, state: SandboxState, mb: number) => {
    rows.set(id, { state, mb });
    if (state === 'pending' || state === 'running' || state === 'paused') holds.delete(id);
    at.follow(id, state, mb);
  };
  const release = (id: string) => {
    holds.delete(id);
    subject.release(id);
  };
  return {
    ...at,
    admitted,
    rows,
    heldMb: held,
    waiting,
    ask(id, tenant, mb, waitMs) {
      const caller = new AbortController();
      const dueMs = clock.monotonicMs() + waitMs;
      const ask: Ask = { id, tenant, mb, waitMs, dueMs, caller, othersServed: 0, ends: [] };
      asks.push(ask);
      subject.admit({ sandboxId: id, tenant, memoryMb: mb }, { waitMs, signal: caller.signal }).then(
        () => ends.push({ ask, how: 'admitted' }),
        (error: unknown) => ends.push({ ask, how: isSandboxError(error) ? String(error.details['reason']) : 'gone' }),
      );
    },
    setRow,
    release,
    judge,
    async end() {
      await clock.advance(100_000);
      await judge();
      for (const id of [...holds.keys()]) release(id);
      for (const id of rows.keys()) setRow(id, 'deleted', 0);
      await clock.advance(1000);
      const { reservedMb } = subject.status();
      return { wrong: await judge(), notEnded: waiting().length, reservedMb, sleeping: clock.sleeping };
    },
  };
}

function heldByRow(row: { readonly state: SandboxState; readonly mb: number } | undefined): number {
  if (row === undefined || ['stopped', 'deleting', 'deleted'].includes(row.state)) return 0;
  return row.state === 'warm' ? SLOT_MB : row.mb;
}
