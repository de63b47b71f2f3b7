import { memoryLiveStore } from '../../src/store/live/memory/memory-live-store.ts';
import { liveStoreSuite } from './live-store-suite.ts';

liveStoreSuite('memory live store', async () => memoryLiveStore());
