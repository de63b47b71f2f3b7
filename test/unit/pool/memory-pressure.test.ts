import { describe, expect, it } from 'vitest';
import { hostMemoryFiles } from '../../../src/pool/memory-files.ts';
import { readMemory } from '../../../src/pool/memory-pressure.ts';
import { brokenLayouts } from './memory-layouts/broken.ts';
import { filesOf } from './memory-layouts/layout.ts';
import { v1Layouts } from './memory-layouts/v1.ts';
import { v2Layouts } from './memory-layouts/v2.ts';

describe('the memory that limits the service', () => {
  it.each([...v2Layouts, ...v1Layouts, ...brokenLayouts])('$name', (layout) => {
    expect(readMemory(filesOf(layout))).toEqual(layout.expected);
  });

  it('is known of the machine that this test runs on', () => {
    const { limitBytes, usedBytes, ratio } = readMemory(hostMemoryFiles);
    expect(limitBytes).toBeGreaterThan(0);
    expect(usedBytes).toBeGreaterThan(0);
    expect(ratio).toBeGreaterThan(0);
    expect(ratio).toBeLessThanOrEqual(1);
  });
});

describe('files of this machine', () => {
  it.each(['/proc/no-such-file', '/proc', 'bad\0name', ''])('has no text for %j, and does not throw', (path) => {
    expect(hostMemoryFiles.read(path)).toBeUndefined();
  });
});
