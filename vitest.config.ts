import { defineConfig } from 'vitest/config';

// Only integration and e2e share one Docker engine's time: they run after the rest, one file at a time.
const fast = ['unit', 'property', 'contract', 'http'].map((name) => project(name, { groupOrder: 0 }));
const slow = ['integration', 'e2e'].map((name, index) =>
  project(name, { groupOrder: index + 1, fileParallelism: false, testTimeout: 60_000, hookTimeout: 120_000 }),
);

export default defineConfig({ test: { projects: [...fast, ...slow] } });

function project(
  name: string,
  {
    groupOrder,
    ...limits
  }: { groupOrder: number; fileParallelism?: boolean; testTimeout?: number; hookTimeout?: number },
) {
  return {
    test: {
      name,
      include: [`test/${name}/**/*.test.ts`],
      testTimeout: 10_000,
      hookTimeout: 10_000,
      sequence: { groupOrder },
      ...limits,
    },
  };
}
