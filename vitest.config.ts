import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

type Limits = TestProjectInlineConfiguration['test'];

// One project after the other, the cheapest first.
const projects = [
  project('unit'),
  project('property'),
  project('contract'),
  project('http'),
  // These share one Docker engine: one file at a time, and time enough for a busy machine.
  project('integration', { fileParallelism: false, testTimeout: 60_000, hookTimeout: 120_000 }),
  project('e2e', { fileParallelism: false, testTimeout: 60_000, hookTimeout: 120_000 }),
  project('browser', { fileParallelism: false, testTimeout: 60_000, hookTimeout: 120_000 }),
].map((test, index) => ({ test: { ...test, sequence: { groupOrder: index } } }));

export default defineConfig({ test: { projects } });

function project(name: string, limits: Limits = { maxWorkers: '100%' }): Limits {
  return { name, include: [`test/${name}/**/*.test.ts`], testTimeout: 10_000, hookTimeout: 10_000, ...limits };
}
