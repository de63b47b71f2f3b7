import { quantile } from '../../src/observe/quantile.ts';
import { atLeast, atMost, exactly, reported } from '../judge.ts';
import type { Judged } from '../measurement.ts';

/** All numbers of time are milliseconds, all of memory MiB. */
export interface Answers {
  readonly asked: number;
  /** Of those that answered as they had to. */
  readonly latencies: readonly number[];
}

export function judgeHealth(answers: Answers): readonly Judged[] {
  return [
    atLeast('requests that were answered 200', '%', share(answers), 100),
    atMost('p50', 'ms', quantile(answers.latencies, 0.5), 5),
  ];
}

export interface Growth {
  readonly health: Answers;
  readonly cycles: number;
  readonly failedCycles: number;
  readonly rssBefore: number;
  readonly rssAfter: number;
}

export function judgeMemory({ health, cycles, failedCycles, rssBefore, rssAfter }: Growth): readonly Judged[] {
  return [
    atLeast('requests that were answered 200', '%', share(health), 100),
    atMost(`failures of ${cycles} create-delete cycles`, 'count', failedCycles, 0),
    atMost('growth of the RSS of the service', 'MiB', rssAfter - rssBefore, 20),
  ];
}

export interface WarmCreates {
  readonly asked: number;
  readonly warm: number;
  /** As the service counts them. */
  readonly hits: number;
  /** Containers of these sandboxes that the engine says were created meanwhile. */
  readonly createdOnPath: number;
}

export function judgePool({ asked, warm, hits, createdOnPath }: WarmCreates): readonly Judged[] {
  return [
    exactly('creates answered from the pool', 'count', warm, asked),
    exactly('hits that the service counts', 'count', hits, asked),
    exactly('containers created on the path, by the events of the engine', 'count', createdOnPath, 0),
  ];
}

export interface Burst extends Answers {
  /** Creates that found no warm container. */
  readonly misses: number;
}

export interface Bursts {
  /** Warm containers before each burst. */
  readonly floor: number;
  /** By how many there were at once. */
  readonly byWidth: ReadonlyMap<number, Burst>;
  readonly memoryBefore: number;
  readonly memoryAfter: number;
}

const P99_MS = 150;
/** Those that find no slot wait for the engine's own pace. */
const P99_WITHOUT_SLOTS_MS = 30_000;

export function judgeConcurrency({ floor, byWidth, memoryBefore, memoryAfter }: Bursts): readonly Judged[] {
  const all = [...byWidth.values()];
  const asked = all.reduce((sum, one) => sum + one.asked, 0);
  const latencies = all.flatMap((one) => one.latencies);
  const ofEach = [...byWidth].flatMap(([width, { latencies: own, misses }]) => {
    const p99 = quantile(own, 0.99);
    if (width > floor) return [atMost(`p99, ${width} at once`, 'ms', p99, P99_WITHOUT_SLOTS_MS)];
    return [
      atMost(`p99, ${width} at once`, 'ms', p99, P99_MS),
      exactly(`creates that found no warm container, ${width} at once`, 'count', misses, 0),
    ];
  });
  return [
    atLeast(`success of ${asked} creates`, '%', share({ asked, latencies }), 99),
    ...ofEach,
    atMost('memory of service and containers, after less before', 'MiB', memoryAfter - memoryBefore, 50),
  ];
}

export interface MixedKeys {
  readonly templates: number;
  readonly starts: number;
  readonly made: number;
  readonly reused: number;
  readonly promoted: number;
  readonly paced: { readonly asked: number; readonly hits: number };
}

export function judgeMixedKeys({ templates, starts, made, reused, promoted, paced }: MixedKeys): readonly Judged[] {
  return [
    exactly('sandboxes made', 'count', made, templates),
    exactly('starts that were given theirs again', 'count', reused, starts - templates),
    exactly('share of those', '%', (100 * reused) / starts, (100 * (starts - templates)) / starts),
    exactly('kinds promoted to hot', 'count', promoted, templates),
    exactly('paced creates of a full floor that hit', 'count', paced.hits, paced.asked),
  ];
}

export function judgeEndpoints(byEndpoint: ReadonlyMap<string, Answers>): readonly Judged[] {
  return [...byEndpoint].flatMap(([name, answers]) => [
    atLeast(`${name}: success`, '%', share(answers), 100),
    reported(`${name}: p95`, 'ms', quantile(answers.latencies, 0.95)),
  ]);
}

export interface CleanedUp {
  readonly floor: number;
  readonly containers: number;
  readonly baseline: number;
  readonly workingSet: number;
}

export function judgeCleanUp({ floor, containers, baseline, workingSet }: CleanedUp): readonly Judged[] {
  return [
    exactly('containers after the spike', 'count', containers, floor),
    atMost(
      'working set of the containers off the baseline',
      '%',
      (100 * Math.abs(workingSet - baseline)) / baseline,
      10,
    ),
  ];
}

function share({ asked, latencies }: Answers): number {
  return (100 * latencies.length) / asked;
}
