import { runMeasurements } from './run-measurements.mjs';

await runMeasurements('bench/stress/main.ts');
