import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { outputLog, type StreamName } from '../../../../src/agent/process/output-log.ts';
import { type OutputEvent, type OutputReader, processOutput } from '../../../../src/agent/process/process-output.ts';

/** Alarms that ring when they are told to. */
function manualTicks() {
  const alarms = new Set<() => void>();
  return {
    after(_ms: number, callback: () => void) {
      alarms.add(callback);
      return () => void alarms.delete(callback);
    },
    ring() {
      for (const alarm of [...alarms]) {
        alarms.delete(alarm);
        alarm();
      }
    },
    alarms,
  };
}

function outputOf(limitBytes: number) {
  const ticks = manualTicks();
  const holds: boolean[] = [];
  return { output: processOutput({ limitBytes, ticks, hold: (isHeld) => holds.push(isHeld) }), ticks, holds };
}

function takeAll(reader: OutputReader): OutputEvent[] {
  const events: OutputEvent[] = [];
  for (let event = reader.take(); event !== undefined; event = reader.take()) {
    events.push(event);
    if (event.type === 'end') break;
  }
  return events;
}

const bytes = (length: number) => Buffer.alloc(length, 'x');

describe('the log of a process', () => {
  test('keeps the newest of each stream, in order, with numbers that have no gaps', () => {
    const writes = fc.array(
      fc.record({ stream: fc.constantFrom<StreamName>('stdout', 'stderr'), length: fc.nat(300) }),
      {
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(writes, fc.integer({ min: 64, max: 2_000 }), (list, limit) => {
        const log = outputLog(limit);
        const pushed = list.map(({ stream, length }, index) => {
          log.push(stream, bytes(length));
          return { seq: index + 1, stream, length };
        });
        const kept: { seq: number; stream: StreamName; length: number }[] = [];
        for (let chunk = log.next(0); chunk !== undefined; chunk = log.next(chunk.seq)) {
          kept.push({ seq: chunk.seq, stream: chunk.stream, length: chunk.data.length });
        }
        for (const stream of ['stdout', 'stderr']) {
          const own = pushed.filter((one) => one.stream === stream);
          const rest = kept.filter((one) => one.stream === stream);
          expect(rest).toEqual(own.slice(own.length - rest.length));
          const cost = rest.reduce((sum, { length }) => sum + Math.max(64, length), 0);
          expect(rest.length <= 1 || cost <= limit).toBe(true);
        }
        expect(kept.map(({ seq }) => seq)).toEqual(kept.map(({ seq }) => seq).toSorted((one, other) => one - other));
        expect(log.lastSeq).toBe(pushed.length);
        expect(log.keptBytes).toBe(kept.reduce((sum, { length }) => sum + Math.max(64, length), 0));
      }),
    );
  });

  test('a million single bytes are bounded too', () => {
    const log = outputLog(1024 * 1024);
    for (let count = 0; count < 1_000_000; count += 1) log.push('stdout', bytes(1));
    expect(log.lastSeq - log.trimmedSeq).toBe((1024 * 1024) / 64);
  });
});

describe('readers of a process', () => {
  test('resume after any number that is still kept, and are told 410 when it is not', () => {
    const { output } = outputOf(640);
    for (let count = 0; count < 20; count += 1) output.push('stdout', Buffer.from(String(count)));
    expect(takeAll(output.readAfter(15)).map(({ seq }) => seq)).toEqual([16, 17, 18, 19, 20]);
    expect(takeAll(output.readAfter(10)).map(({ seq }) => seq)).toHaveLength(10);
    expect(() => output.readAfter(9)).toThrow(expect.objectContaining({ code: 'aborted', status: 410 }));
  });

  test('one that stalls is dropped once it falls out of the log, and the others get everything', () => {
    const { output, holds } = outputOf(1_000);
    const stalled = output.readNew();
    const quick = output.readNew();
    const seen: number[] = [];
    for (let count = 0; count < 100; count += 1) {
      output.push('stdout', bytes(100));
      seen.push(...takeAll(quick).map(({ seq }) => seq));
    }
    expect(seen).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(() => stalled.take()).toThrow(expect.objectContaining({ code: 'resource_exhausted' }));
    expect(holds).not.toContain(true);
  });

  test('a single slow one makes the process wait and loses nothing', () => {
    const { output, holds } = outputOf(1_000);
    const slow = output.readNew();
    for (let count = 0; count < 8; count += 1) output.push('stdout', bytes(100));
    expect(holds).toEqual([true]);
    expect(takeAll(slow)).toHaveLength(8);
    expect(holds).toEqual([true, false]);
  });

  test('a single one that takes nothing for long is dropped, and the process goes on', () => {
    const { output, holds, ticks } = outputOf(1_000);
    const stalled = output.readNew();
    for (let count = 0; count < 8; count += 1) output.push('stdout', bytes(100));
    ticks.ring();
    expect(holds).toEqual([true, false]);
    expect(() => stalled.take()).toThrow(expect.objectContaining({ code: 'resource_exhausted' }));
    for (let count = 0; count < 100; count += 1) output.push('stdout', bytes(100));
    expect(holds).toEqual([true, false]);
    expect(ticks.alarms.size).toBe(0);
  });

  test('one that takes a little now and then is not dropped', () => {
    const { output, ticks } = outputOf(1_000);
    const slow = output.readNew();
    for (let count = 0; count < 8; count += 1) output.push('stdout', bytes(100));
    slow.take();
    ticks.ring();
    expect(slow.take()).toMatchObject({ seq: 2 });
  });

  test('a process that nobody reads never waits', () => {
    const { output, holds } = outputOf(1_000);
    output.readNew().close();
    for (let count = 0; count < 1_000; count += 1) output.push('stdout', bytes(100));
    expect(holds).toEqual([]);
    expect(output.keptBytes).toBe(1_000);
  });

  test('a reader that comes after the end gets what is kept, then the end', () => {
    const { output } = outputOf(200);
    for (let count = 0; count < 5; count += 1) output.push('stdout', bytes(100));
    output.push('stderr', bytes(1));
    output.end({ exitCode: 3, signal: null });
    const events = takeAll(output.readKept());
    expect(events.map(({ seq }) => seq)).toEqual([4, 5, 6, 7]);
    expect(events.at(-1)).toEqual({ type: 'end', seq: 7, outcome: { exitCode: 3, signal: null } });
  });
});
