import { describe, expect, it } from 'vitest';
import { isKept, type Judged } from '../../../bench/measurement.ts';
import {
  judgeCleanUp,
  judgeConcurrency,
  judgeEndpoints,
  judgeHealth,
  judgeMemory,
  judgeMixedKeys,
  judgePool,
} from '../../../bench/stress/judgements.ts';

/** What is not kept, by name. */
const wrong = (judged: readonly Judged[]) => judged.filter((one) => !isKept(one)).map(({ what }) => what);
const answers = (asked: number, ms: number, lost = 0) => ({ asked, latencies: Array<number>(asked - lost).fill(ms) });

describe('health', () => {
  it('wants every answer, half of them within 5 ms', () => {
    expect(wrong(judgeHealth(answers(10, 5)))).toEqual([]);
    expect(wrong(judgeHealth(answers(10, 1, 1)))).toEqual(['requests that were answered 200']);
    expect(wrong(judgeHealth(answers(10, 5.1)))).toEqual(['p50']);
  });

  it('takes silence for no answer', () => {
    expect(wrong(judgeHealth({ asked: 10, latencies: [] }))).toEqual(['requests that were answered 200', 'p50']);
  });
});

describe('memory', () => {
  const fine = { health: answers(20, 1), cycles: 200, failedCycles: 0, rssBefore: 100, rssAfter: 120 };

  it('wants the service to grow by 20 MiB at most', () => {
    expect(wrong(judgeMemory(fine))).toEqual([]);
    expect(wrong(judgeMemory({ ...fine, rssAfter: 120.1 }))).toEqual(['growth of the RSS of the service']);
  });

  it('wants no cycle to fail', () => {
    expect(wrong(judgeMemory({ ...fine, failedCycles: 1 }))).toEqual(['failures of 200 create-delete cycles']);
  });
});

describe('pool', () => {
  const fine = { asked: 30, warm: 30, hits: 30, createdOnPath: 0 };

  it('wants all of them warm, by every count', () => {
    expect(wrong(judgePool(fine))).toEqual([]);
    expect(wrong(judgePool({ ...fine, warm: 29 }))).toHaveLength(1);
    expect(wrong(judgePool({ ...fine, hits: 29 }))).toHaveLength(1);
    expect(wrong(judgePool({ ...fine, createdOnPath: 1 }))).toHaveLength(1);
  });
});

describe('concurrency', () => {
  const bursts = (lost: number, ms = 100) => ({
    floor: 50,
    byWidth: new Map([
      [10, { ...answers(20, ms), misses: 0 }],
      [50, { ...answers(100, ms), misses: 0 }],
      [100, { ...answers(200, 10 * ms, lost), misses: 50 }],
    ]),
    ...{ memoryBefore: 700, memoryAfter: 750 },
  });

  it('wants 99 of 100 creates', () => {
    expect(wrong(judgeConcurrency(bursts(3)))).toEqual([]);
    expect(wrong(judgeConcurrency(bursts(4)))).toEqual(['success of 320 creates']);
  });

  it('wants a bound on the slowest, by how many there are at once', () => {
    expect(wrong(judgeConcurrency(bursts(0, 151)))).toEqual(['p99, 10 at once', 'p99, 50 at once']);
    expect(wrong(judgeConcurrency(bursts(0, 3_001)))).toContain('p99, 100 at once');
  });

  it('wants a warm container for each that the floor has one for', () => {
    const missed = new Map([[50, { ...answers(100, 100), misses: 1 }]]);
    const judged = judgeConcurrency({ ...bursts(0), byWidth: missed });
    expect(wrong(judged)).toEqual(['creates that found no warm container, 50 at once']);
  });

  it('wants the memory back', () => {
    const kept = judgeConcurrency({ ...bursts(0), memoryAfter: 750.1 });
    expect(wrong(kept)).toEqual(['memory of service and containers, after less before']);
  });
});

describe('mixed keys', () => {
  const fine = { templates: 4, starts: 20, made: 4, reused: 16, promoted: 4, paced: { asked: 20, hits: 20 } };

  it('wants one sandbox of each key, and all kinds hot', () => {
    expect(wrong(judgeMixedKeys(fine))).toEqual([]);
    expect(judgeMixedKeys(fine).find(({ unit }) => unit === '%')?.value).toBe(80);
    expect(wrong(judgeMixedKeys({ ...fine, made: 5, reused: 15 }))).toHaveLength(3);
    expect(wrong(judgeMixedKeys({ ...fine, promoted: 3 }))).toEqual(['kinds promoted to hot']);
    expect(wrong(judgeMixedKeys({ ...fine, paced: { asked: 20, hits: 19 } }))).toHaveLength(1);
  });
});

describe('endpoints', () => {
  it('wants every answer of every one, and reports p95 without a bar', () => {
    const judged = judgeEndpoints(
      new Map([
        ['exec', answers(10, 12)],
        ['terminal', answers(10, 30, 1)],
      ]),
    );
    expect(wrong(judged)).toEqual(['terminal: success']);
    expect(judged.find(({ what }) => what === 'exec: p95')).toMatchObject({ value: 12, bar: null });
  });
});

describe('clean-up', () => {
  const fine = { floor: 54, containers: 54, baseline: 500, workingSet: 550 };

  it('wants the floor and nothing else, with the memory of before', () => {
    expect(wrong(judgeCleanUp(fine))).toEqual([]);
    expect(wrong(judgeCleanUp({ ...fine, workingSet: 450 }))).toEqual([]);
    expect(wrong(judgeCleanUp({ ...fine, containers: 55 }))).toEqual(['containers after the spike']);
    expect(wrong(judgeCleanUp({ ...fine, containers: 53 }))).toHaveLength(1);
    expect(wrong(judgeCleanUp({ ...fine, workingSet: 551 }))).toHaveLength(1);
    expect(wrong(judgeCleanUp({ ...fine, workingSet: 449 }))).toHaveLength(1);
  });
});
