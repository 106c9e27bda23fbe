const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const;
const SUFFIXES: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 };

export const MiB = 1024 ** 2;
export const GiB = 1024 ** 3;

/** `1536` → `1.5 KiB`; three significant digits, powers of 1024. */
export function formatBytes(sizeBytes: number): string {
  let unit = 0;
  let value = sizeBytes;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/**
 * `8G` → 8589934592. Suffixes K M G T are powers of 1024; no suffix means bytes.
 * Undefined when the text is not a size, or not an exact integer number of bytes.
 */
export function parseBytes(text: string): number | undefined {
  const match = /^(\d+)([KMGT]?)$/.exec(text);
  if (match === null) return undefined;
  const size = Number(match[1]) * (SUFFIXES[match[2] ?? ''] ?? Number.NaN);
  return Number.isSafeInteger(size) ? size : undefined;
}
