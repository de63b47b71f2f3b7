import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

type Limits = NonNullable<TestProjectInlineConfiguration['test']>;

/** Files of one worker share what they import: loading it again for each takes as long as the tests. */
const SMALL: Limits = { maxWorkers: '100%', isolate: false };
const REAL: Limits = { testTimeout: 60_000, hookTimeout: 120_000 };
/** Services and their sandboxes at a time: most of what these tests do is wait for the engine. */
const TWO_AT_A_TIME: Limits = { ...REAL, maxWorkers: 2 };
const THREE_AT_A_TIME: Limits = { ...REAL, maxWorkers: 3 };
const ONE_AT_A_TIME: Limits = { ...REAL, fileParallelism: false };
/**
 * What wants the machine for itself: it fills the memory or the processes, removes volumes of agents, which others begin
 * to use, or judges how fast something answers.
 */
const ALONE = [
  'test/e2e/faults-*.test.ts',
  'test/e2e/{agent-upgrade,e2b-nginx,e2b-streams,proxy,security-network,use-observe,use-stalled}.test.ts',
  'test/integration/{agent-delivery,agent-process-stress,docker-connections,docker-unreachable,large-store}.test.ts',
];

// One project after the other, the cheapest first.
const projects = [
  project('unit', SMALL),
  project('property', SMALL),
  project('contract', SMALL),
  project('http', SMALL),
  project('integration', { ...TWO_AT_A_TIME, exclude: ALONE }),
  project('e2e', { ...THREE_AT_A_TIME, exclude: ALONE }),
  project('browser', TWO_AT_A_TIME),
  project('alone', { ...ONE_AT_A_TIME, include: ALONE }),
].map((test, index) => ({ test: { ...test, sequence: { groupOrder: index } } }));

export default defineConfig({ test: { projects } });

function project(name: string, limits: Limits): Limits {
  return { name, include: [`test/${name}/**/*.test.ts`], testTimeout: 10_000, hookTimeout: 10_000, ...limits };
}
