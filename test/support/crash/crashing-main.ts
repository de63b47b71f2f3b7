/** The service with fault points, told over IPC where to die: bundled and run by crashing-service.ts. */
import { compose } from '../../../src/compose.ts';
import { readConfig } from '../../../src/config.ts';

/** Points that change something: those between two of them see the same world. */
const COLD =
  /^(store\.(create|replace|purge|takeAddress|freeAddress)|live\.(seed|patch|evict)|engine\.(create|start|stop|kill|pause|unpause|remove|update|moveAddress))\b/;

/** A claim changes nothing but rows, and what an agent heard. */
const CLAIM = /^(store\.replace|agent\.init|live\.seed)\b/;
const CHANGES = process.env['CRASH_POINTS'] === 'of claims' ? CLAIM : COLD;

let isArmed = false;
let dieAt: string | null = null;
let passed: string[] = [];

process.on('message', (message: { arm: string | null } | { list: true }) => {
  if ('list' in message) process.send?.({ passed });
  else {
    isArmed = true;
    dieAt = message.arm;
    passed = [];
    process.send?.({ armed: true });
  }
});

const service = await compose(readConfig(process.env), process.env, (name) => {
  if (!isArmed || !CHANGES.test(name)) return;
  const count = passed.filter((one) => one.startsWith(`${name}#`)).length + 1;
  const point = `${name}#${count}`;
  passed.push(point);
  if (point === dieAt) process.kill(process.pid, 'SIGKILL');
});
process.once('SIGTERM', () => void service.close('SIGTERM').then(() => process.exit(0)));
process.send?.({ url: service.url });
