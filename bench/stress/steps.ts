import type { Step } from './step.ts';
import { cleanUp } from './steps/clean-up.ts';
import { concurrency } from './steps/concurrency.ts';
import { endpoints } from './steps/endpoints.ts';
import { health } from './steps/health.ts';
import { memory } from './steps/memory.ts';
import { mixedKeys } from './steps/mixed-keys.ts';
import { pool } from './steps/pool.ts';

/** Each adds one capability to those before it. */
export const steps: readonly Step[] = [health, memory, pool, concurrency, mixedKeys, endpoints, cleanUp];
