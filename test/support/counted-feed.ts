import type { ChangeFeed } from '../../src/ports/change-feed.ts';

/** The feed with its listeners counted: told of one more, or one less. */
export function countedFeed(feed: ChangeFeed, onChange: (by: 1 | -1) => void): ChangeFeed {
  const counted =
    <L>(subscribe: (listener: L) => () => void) =>
    (listener: L) => {
      const unsubscribe = subscribe(listener);
      onChange(1);
      return () => {
        onChange(-1);
        unsubscribe();
      };
    };
  return { ...feed, subscribe: counted(feed.subscribe), subscribeAll: counted(feed.subscribeAll) };
}
