import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sandboxStates } from '../../../src/domain/sandbox.ts';
import { memoryLedger, SLOT_MB } from '../../../src/pool/memory-ledger.ts';

function row(id: string, state: (typeof sandboxStates)[number], memoryMb = 512) {
  return { id, state, resources: { cpus: 1, memoryMb, diskMb: null, pids: 256 } };
}

describe('the memory ledger', () => {
  it.each([
    ['warming', SLOT_MB],
    ['warm', SLOT_MB],
    ['pending', 512],
    ['running', 512],
    ['pausing', 512],
    ['paused', 512],
    ['resuming', 512],
    ['stopping', 512],
    ['stopped', 0],
    ['deleting', 0],
    ['deleted', 0],
  ] as const)('a row that is %s holds %i MiB', (state, mb) => {
    const ledger = memoryLedger();
    ledger.follow(row('a', state));
    expect([ledger.heldBy('a'), ledger.reservedMb]).toEqual([mb, mb]);
  });

  it('follows a change of resources', () => {
    const ledger = memoryLedger();
    ledger.follow(row('a', 'running', 512));
    ledger.follow(row('a', 'running', 1024));
    expect(ledger.reservedMb).toBe(1024);
  });

  it('lets a start take the place of the slot it claims, and gives only that back', () => {
    const ledger = memoryLedger();
    ledger.follow(row('a', 'warm'));
    ledger.hold('a', 512);
    expect(ledger.reservedMb).toBe(512);
    ledger.release('a');
    expect(ledger.reservedMb).toBe(SLOT_MB);
  });

  it('keeps what a row has taken over when it is released late', () => {
    const ledger = memoryLedger();
    ledger.hold('a', 512);
    ledger.follow(row('a', 'pending'));
    ledger.release('a');
    expect(ledger.reservedMb).toBe(512);
    ledger.follow(row('a', 'deleted'));
    expect(ledger.reservedMb).toBe(0);
  });

  it.each(['stopping', 'stopped', 'warm'] as const)(
    'keeps what is held for a restart when late news says %s',
    (state) => {
      const ledger = memoryLedger();
      ledger.hold('a', 512);
      ledger.follow(row('a', state));
      ledger.follow(row('a', 'stopped'));
      expect(ledger.reservedMb).toBe(512);
    },
  );

  it('holds nothing twice', () => {
    const ledger = memoryLedger();
    ledger.hold('a', 512);
    ledger.hold('a', 256);
    expect(ledger.reservedMb).toBe(256);
    ledger.release('a');
    ledger.release('a');
    expect(ledger.reservedMb).toBe(0);
  });

  it('has a total that is the sum of what each holds, whatever happens', () => {
    const ids = ['a', 'b', 'c'];
    const id = fc.constantFrom(...ids);
    const step = fc.oneof(
      fc.tuple(fc.constant('hold' as const), id, fc.integer({ min: 6, max: 2048 })),
      fc.tuple(fc.constant('release' as const), id),
      fc.tuple(fc.constantFrom(...sandboxStates), id, fc.integer({ min: 6, max: 2048 })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
        const ledger = memoryLedger();
        for (const [what, who, mb = 0] of steps) {
          if (what === 'hold') ledger.hold(who, mb);
          else if (what === 'release') ledger.release(who);
          else ledger.follow(row(who, what, mb));
          expect(ledger.reservedMb).toBe(ids.reduce((sum, one) => sum + ledger.heldBy(one), 0));
        }
        for (const one of ids) {
          ledger.follow(row(one, 'deleted'));
          ledger.release(one);
        }
        expect(ledger.reservedMb).toBe(0);
      }),
    );
  });
});
