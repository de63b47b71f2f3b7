const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it may stand in an SVG, in attributes too. Control characters are not XML, and show as `?`. */
export function svgText(text: string): string {
  return text.replace(/\p{Cc}/gu, '?').replace(/[&<>"]/g, (mark) => ENTITIES[mark] ?? mark);
}
