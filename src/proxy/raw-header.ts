/**
 * The value of a header by its name in lower case; undefined when it is missing or comes twice. Cheaper than
 * `request.headers`, which reads all of them: this is for requests of which a few are asked.
 */
export function rawHeader(rawHeaders: readonly string[], lowerName: string): string | undefined {
  let found: string | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (name.length !== lowerName.length || name.toLowerCase() !== lowerName) continue;
    if (found !== undefined) return undefined;
    found = rawHeaders[i + 1];
  }
  return found;
}
