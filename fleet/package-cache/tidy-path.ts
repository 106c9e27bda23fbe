// A path below an origin, in the one form by which the cache knows it. Pure.

const MAX_BYTES = 1000;

/**
 * `./pool/a//b.deb` is `pool/a/b.deb`.
 * @returns undefined for what leaves the origin, names no file, or has control characters
 */
export function tidyPath(text: string): string | undefined {
  const parts = text.split('/').filter((part) => part !== '' && part !== '.');
  const path = parts.join('/');
  if (parts.length === 0 || parts.includes('..') || text.endsWith('/')) return undefined;
  if (Buffer.byteLength(path) > MAX_BYTES || /[\p{Cc}\\]/u.test(path) || !path.isWellFormed()) return undefined;
  return path;
}
