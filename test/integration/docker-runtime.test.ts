import { containerRuntimeSuite } from '../contract/container-runtime-suite.ts';
import { openRealEngine } from '../support/container-runtime/real-engine.ts';

containerRuntimeSuite('dockerRuntime', () => openRealEngine());
