// Sizes in a PARTITION text: cylinders, K M G T, percent, MIN-MAX, rest.
import { parseBytes } from '../lib/bytes.ts';
import type { RangeCylinders, SizeRequest } from './spec-types.ts';

/** The cylinder of the paper's PC disks: 255 heads × 63 sectors × 512 bytes, 8,225,280 bytes. */
export const CYLINDER_BYTES = 255 * 63 * 512;

const FORMS = 'cylinders (500), K M G T (20G), percent (50%), a range (10G-20G) or rest';

/** The size that the text asks for, or one sentence that says what is wrong with it. */
export function parseSize(text: string): SizeRequest | string {
  if (text === 'rest') return { kind: 'rest' };
  if (text.endsWith('%')) return parsePercent(text);
  const dash = text.indexOf('-');
  if (dash >= 0) return parseRange(text, text.slice(0, dash), text.slice(dash + 1));
  const sizeBytes = parseAmount(text);
  if (sizeBytes === undefined) return tooLarge(text) ?? `'${text}' is not a size; a size is ${FORMS}`;
  if (sizeBytes === 0) return 'a partition of size 0';
  return /^\d+$/.test(text) ? { kind: 'exact', sizeBytes, cylinders: Number(text) } : { kind: 'exact', sizeBytes };
}

function parsePercent(text: string): SizeRequest | string {
  const percent = /^\d{1,3}%$/.test(text) ? Number(text.slice(0, -1)) : 0;
  return percent >= 1 && percent <= 100
    ? { kind: 'percent', percent }
    : `'${text}' is not a percentage from 1% to 100%`;
}

function parseRange(text: string, min: string, max: string): SizeRequest | string {
  const minBytes = parseAmount(min);
  const maxBytes = parseAmount(max);
  if (minBytes === undefined || maxBytes === undefined) {
    const large = (minBytes === undefined && tooLarge(min)) || (maxBytes === undefined && tooLarge(max));
    return large || `'${text}' is not a range such as 10G-20G; what may take all that is left is rest`;
  }
  // Which is more, if one of them counts cylinders, the disk's geometry decides.
  const counts = [min, max].filter((end) => /^\d+$/.test(end)).length;
  if (minBytes === 0 || maxBytes === 0 || (counts !== 1 && minBytes >= maxBytes))
    return `in '${text}' the first size must be more than 0 and less than the second`;
  return { kind: 'range', minBytes, maxBytes };
}

/** `500-20G`: the first end counts 500 cylinders; nothing where neither does, or where it is not a range. */
export function rangeCylindersOf(text: string): { rangeCylinders?: RangeCylinders } {
  const [, min = '', max = ''] = /^([^-]+)-([^-]+)$/.exec(text) ?? [];
  const cylinders = {
    ...(/^\d+$/.test(min) ? { min: Number(min) } : {}),
    ...(/^\d+$/.test(max) ? { max: Number(max) } : {}),
  };
  return Object.keys(cylinders).length === 0 ? {} : { rangeCylinders: cylinders };
}

/** Of the right form, but more than numbers can count to the byte. */
function tooLarge(text: string): string | undefined {
  return /^\d+[KMGT]?$/.test(text) ? `'${text}' is too large: 8191T is the most` : undefined;
}

function parseAmount(text: string): number | undefined {
  const amount = parseBytes(text);
  if (amount === undefined || !/^\d+$/.test(text)) return amount;
  const sizeBytes = amount * CYLINDER_BYTES;
  return Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined;
}

/** The same size, where it counts cylinders, on a disk with another geometry than that of a PC. */
export function inCylinders<T extends { readonly size: SizeRequest; readonly rangeCylinders?: RangeCylinders }>(
  request: T,
  geometry: { heads: number; sectorsPerTrack: number },
): T {
  const { size, rangeCylinders: { min, max } = {} } = request;
  const bytesOf = (cylinders: number) => cylinders * geometry.heads * geometry.sectorsPerTrack * SECTOR_BYTES;
  if (size.kind === 'exact' && size.cylinders !== undefined) {
    return { ...request, size: { ...size, sizeBytes: bytesOf(size.cylinders) } };
  }
  if (size.kind !== 'range') return request;
  const minBytes = min === undefined ? size.minBytes : bytesOf(min);
  const maxBytes = max === undefined ? size.maxBytes : bytesOf(max);
  return { ...request, size: { ...size, minBytes, maxBytes } };
}

const SECTOR_BYTES = 512;
