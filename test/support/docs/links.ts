import type { Page } from './page.ts';

/** The anchors of a page, as GitHub makes them out of its headings. */
export function anchorsOf(page: Page): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const heading of page.headings) {
    const slug = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n += 1) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** A link or a picture of a page. */
export interface Link {
  readonly line: number;
  readonly target: string;
}

/** Links that lead into the repository: those with a scheme are left out. */
export function linksOf(page: Page): readonly Link[] {
  return page.prose.flatMap((line, index) => {
    const targets = [...line.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
    return targets.filter((one) => !/^[a-z]+:/.test(one)).map((target) => ({ line: index + 1, target }));
  });
}
