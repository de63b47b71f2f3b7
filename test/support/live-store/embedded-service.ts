// A service reduced to its live store: opens the embedded one in the folder of its first argument, seeds one entry, says
// its status on standard output, and stays until it is killed.
import { silentLog } from '../../../src/observe/logger.ts';
import { openLiveStore } from '../../../src/store/live/open-live-store.ts';
import { realClock } from './real-clock.ts';
import { sandboxInfo } from './sandbox-info.ts';

const [dataDir = ''] = process.argv.slice(2);
const store = await openLiveStore({
  setting: 'embedded',
  dataDir,
  serviceId: 'service1',
  clock: realClock,
  log: silentLog,
});
await store.seed(sandboxInfo());
console.log(JSON.stringify(store.status()));
