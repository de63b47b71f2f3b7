import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

type Limits = NonNullable<TestProjectInlineConfiguration['test']>;

const REAL: Limits = { testTimeout: 60_000, hookTimeout: 120_000 };
/** Services and their sandboxes at a time: most of what these tests do is wait for the engine. */
const TWO_AT_A_TIME: Limits = { ...REAL, maxWorkers: 2 };
const THREE_AT_A_TIME: Limits = { ...REAL, maxWorkers: 3 };
const ONE_AT_A_TIME: Limits = { ...REAL, fileParallelism: false };
/**
 * What wants the machine for itself: it restarts or freezes the engine, counts all of its volumes, fills a disk or the
 * memory, or judges how fast something answers.
 */
const ALONE = [
  'test/e2e/{world,faults,pool}-*.test.ts',
  'test/e2e/{agent-upgrade,cycles,deploy-proxies,e2b-nginx,e2b-streams,proxy,random-walk-docker}.test.ts',
  'test/e2e/{security-addresses,security-network,use-observe,use-stalled}.test.ts',
  'test/integration/{docker,world}*/**/*.test.ts',
  'test/integration/{docker-*,agent-delivery,agent-process-stress,large-store}.test.ts',
  'test/browser/**/*.test.ts',
];

// One project after the other, the cheapest first.
const projects = [
  project('unit', { maxWorkers: '100%' }),
  project('property', { maxWorkers: '100%' }),
  project('contract', { maxWorkers: '100%' }),
  project('http', { maxWorkers: '100%' }),
  project('integration', { ...TWO_AT_A_TIME, exclude: ALONE }),
  project('e2e', { ...THREE_AT_A_TIME, exclude: ALONE }),
  project('alone', { ...ONE_AT_A_TIME, include: ALONE }),
].map((test, index) => ({ test: { ...test, sequence: { groupOrder: index } } }));

export default defineConfig({ test: { projects } });

function project(name: string, limits: Limits): Limits {
  return { name, include: [`test/${name}/**/*.test.ts`], testTimeout: 10_000, hookTimeout: 10_000, ...limits };
}
