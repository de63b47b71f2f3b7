import { describe } from 'vitest';
import { enginePromises } from './container-runtime/engine.ts';
import { type RuntimeUnderTest, useBench } from './container-runtime/harness.ts';
import { insidesPromises } from './container-runtime/insides.ts';
import { lifecyclePromises } from './container-runtime/lifecycle.ts';
import { ownershipPromises } from './container-runtime/ownership.ts';

/** What every adapter of ContainerRuntime promises. */
export function containerRuntimeSuite(name: string, open: () => Promise<RuntimeUnderTest>): void {
  describe(`${name} as a container runtime`, () => {
    const bench = useBench(open);
    describe('lifecycle', () => lifecyclePromises(bench));
    describe('ownership', () => ownershipPromises(bench));
    describe('insides', () => insidesPromises(bench));
    describe('engine', () => enginePromises(bench));
  });
}
