/** Headers of one connection, not of the message: RFC 9110, 7.6.1. */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

export function isHopByHop(lowerName: string): boolean {
  return HOP_BY_HOP.has(lowerName);
}

/** Names that Connection headers list besides its usual words; undefined when there are none. */
export function namedIn(rawHeaders: readonly string[]): ReadonlySet<string> | undefined {
  let named: Set<string> | undefined;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    for (const part of (rawHeaders[i + 1] ?? '').toLowerCase().split(',')) {
      const word = part.trim();
      if (word === '' || word === 'keep-alive' || word === 'close' || word === 'upgrade') continue;
      named ??= new Set();
      named.add(word);
    }
  }
  return named;
}
