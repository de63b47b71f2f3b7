import type { RefObject } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

/** Rows beyond the edge that are drawn too, so that a fast scroll shows no gap. */
const SPARE = 12;

export interface RowWindow {
  readonly from: number;
  readonly to: number;
}

/** Which of `count` rows of one height are near what the scrolled box shows. */
export function useRowsInView(box: RefObject<HTMLElement | null>, count: number, rowPx: number): RowWindow {
  const [shown, setShown] = useState({ topPx: 0, heightPx: 800 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const look = () => setShown({ topPx: element.scrollTop, heightPx: element.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [box]);
  const first = Math.floor(shown.topPx / rowPx) - SPARE;
  const from = Math.max(0, Math.min(first, count - 1));
  const to = Math.min(count, Math.ceil((shown.topPx + shown.heightPx) / rowPx) + SPARE);
  return { from, to: Math.max(from, to) };
}
