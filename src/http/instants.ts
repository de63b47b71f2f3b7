export function isoInstant(atMs: number): string {
  return new Date(atMs).toISOString();
}

export function maybeInstant(atMs: number | null): string | null {
  return atMs === null ? null : isoInstant(atMs);
}
