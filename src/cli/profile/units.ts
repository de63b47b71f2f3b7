const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
const DECIMAL = ['k', 'M', 'G', 'T', 'P', 'E'] as const;

const FACTORS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ...BINARY.map((unit, index) => [unit, 1024 ** (index + 1)] as const),
  ...DECIMAL.map((unit, index) => [unit, 1000 ** (index + 1)] as const),
  // As some tools write it.
  ['K', 1000],
  ['m', 1e-3],
  ['u', 1e-6],
  ['n', 1e-9],
]);

const QUANTITY = /^(\d{1,30}(?:\.\d{1,30})?|\.\d{1,30})([A-Za-z]{0,2})$/;

/**
 * A quantity as Kubernetes writes it: `128974848`, `123Mi`, `1.5G`, `100m`; undefined units, signs, exponents and words
 * such as NaN are null.
 */
export function parseQuantity(text: string): number | null {
  const [, amount = '', unit = ''] = QUANTITY.exec(text) ?? [];
  const factor = FACTORS.get(unit);
  if (amount === '' || factor === undefined) return null;
  const value = Number(amount) * factor;
  return Number.isFinite(value) ? value : null;
}

/** Whole bytes. */
export function parseBytes(text: string): number | null {
  const bytes = parseQuantity(text);
  return bytes === null ? null : Math.round(bytes);
}

/** Thousandths of a cpu: `250m` and `0.25` are 250. */
export function parseMillicores(text: string): number | null {
  const cores = parseQuantity(text);
  // Ten decimals are more than any unit has; they keep 0.29 x 1000 at 290.
  return cores === null ? null : Number((cores * 1000).toFixed(6));
}

/** What parseBytes reads as the same number again: memory is counted in pages, so mostly whole KiB. */
export function bytesText(bytes: number): string {
  return bytes % 1024 === 0 ? `${bytes / 1024}Ki` : String(bytes);
}

const MIB = 1024 * 1024;

/** To hundredths. */
export function mibOf(bytes: number): number {
  return Math.round((bytes / MIB) * 100) / 100;
}
