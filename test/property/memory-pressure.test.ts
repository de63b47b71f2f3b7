import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMemory } from '../../src/pool/memory-pressure.ts';

const number = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 65n }).map(String),
  fc.constantFrom(
    '0',
    'max',
    '-1',
    '9223372036854771712',
    '1152921504606846976',
    '18446744073709551615',
    '',
    '1e9',
    '0x10',
  ),
);
const garbage = fc.string({ unit: 'binary', maxLength: 40 });
const value = fc.oneof({ weight: 5, arbitrary: number }, { weight: 1, arbitrary: garbage }).map((text) => `${text}\n`);

const path = fc
  .array(fc.constantFrom('a', 'b', '..', '', 'docker', 'c:d', '__proto__'), { maxLength: 6 })
  .map((names) => `/${names.join('/')}`);
const ownCgroups = fc.oneof(
  fc
    .array(fc.tuple(fc.constantFrom('0::', '4:memory:', '5:cpu,memory:', '3:cpu:', 'memory', ''), path))
    .map((lines) => lines.map(([start, end]) => `${start}${end}\n`).join('')),
  garbage,
);
const meminfo = fc.oneof(
  fc.tuple(number, number).map(([total, available]) => `MemTotal:   ${total} kB\nMemAvailable: ${available} kB\n`),
  garbage,
);
const stat = fc.oneof(
  fc.tuple(number, number).map(([own, all]) => `anon 1\ninactive_file ${own}\ntotal_inactive_file ${all}\n`),
  garbage,
);

/** Any text, or none, for whatever is asked. */
const machine = fc.record({
  named: fc.record({ '/proc/self/cgroup': ownCgroups, '/proc/meminfo': meminfo }, { requiredKeys: [] }),
  stat: fc.option(stat, { nil: undefined }),
  values: fc.infiniteStream(fc.option(value, { nil: undefined })),
});

describe('whatever the files say', () => {
  it('reading memory never throws, and the ratio is within 0 and 1', () => {
    const sources = new Set<string>();
    fc.assert(
      fc.property(machine, ({ named, stat, values }) => {
        const known = new Map<string, string | undefined>(Object.entries(named));
        const read = (file: string) => {
          if (file.startsWith('/proc/')) return known.get(file);
          return file.endsWith('/memory.stat') ? stat : values.next().value;
        };
        const reading = readMemory({ read });
        sources.add(reading.source);
        expect(reading.ratio).toBeGreaterThanOrEqual(0);
        expect(reading.ratio).toBeLessThanOrEqual(1);
        expect(Number.isFinite(reading.usedBytes) && reading.usedBytes >= 0).toBe(true);
        expect(Number.isFinite(reading.limitBytes) && reading.limitBytes >= 0).toBe(true);
        if (reading.limitBytes === 0) expect(reading).toMatchObject({ source: 'host', detail: '', ratio: 0 });
        if (reading.source !== 'host') expect(reading.limitBytes).toBeLessThan(2 ** 60);
      }),
      { numRuns: 5_000 },
    );
    // So that the property is about all of them.
    expect([...sources].sort()).toEqual(['cgroup-v1', 'cgroup-v2', 'host']);
  });

  it('the fullest of all limited cgroups above counts', () => {
    const level = fc.record({ used: fc.nat(1_000), limit: fc.option(fc.integer({ min: 1, max: 1_000 })) });
    fc.assert(
      fc.property(fc.array(level, { minLength: 1, maxLength: 8 }), (levels) => {
        const own = levels.slice(1).map((_, index) => `/n${index + 1}`);
        const files = new Map([['/proc/self/cgroup', `0::${own.join('') || '/'}\n`]]);
        levels.forEach(({ used, limit }, index) => {
          const folder = `/sys/fs/cgroup${own.slice(0, index).join('')}`;
          files.set(`${folder}/memory.current`, `${used}\n`).set(`${folder}/memory.max`, `${limit ?? 'max'}\n`);
        });
        const ratios = levels.flatMap(({ used, limit }) => (limit === null ? [] : [Math.min(1, used / limit)]));
        const reading = readMemory({ read: (file) => files.get(file) });
        expect(reading.source).toBe(ratios.length === 0 ? 'host' : 'cgroup-v2');
        expect(reading.ratio).toBe(Math.max(0, ...ratios));
      }),
      { numRuns: 2_000 },
    );
  });
});
