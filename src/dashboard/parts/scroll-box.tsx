import type { ComponentChildren } from 'preact';

interface ScrollBoxProps {
  /** What is in it, for those who do not see it. */
  readonly label: string;
  readonly children: ComponentChildren;
  /** Within a panel it has no border of its own. */
  readonly isBare?: boolean;
}

/** Holds what may be wider than the page; the keyboard can scroll it. */
export function ScrollBox({ label, children, isBare = false }: ScrollBoxProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
    <section class={`table-box${isBare ? '' : ' panel-box'}`} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
