/** How long a script waits before it falls back to the disk, so that somebody can read why. */
export const FALLBACK_SECONDS = 10;

/** Letters, digits and harmless marks stay; anything that iPXE or GRUB could read as more than text becomes `?`. */
export function plain(text: string): string {
  const safe = text.replaceAll(/\s+/g, ' ').replaceAll(/[^A-Za-z0-9 ._:;,/()+=@%-]/g, '?');
  return safe.length <= 200 ? safe : `${safe.slice(0, 200)}...`;
}
