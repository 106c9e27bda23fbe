// Sizes in a PARTITION text: cylinders, K M G T, percent, MIN-MAX, rest.
import { parseBytes } from '../lib/bytes.ts';
import type { SizeRequest } from './spec-types.ts';

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
  if (sizeBytes === undefined) return `'${text}' is not a size; a size is ${FORMS}`;
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
  if (minBytes === undefined || maxBytes === undefined) return `'${text}' is not a range such as 10G-20G`;
  if (minBytes === 0 || minBytes >= maxBytes)
    return `in '${text}' the first size must be more than 0 and less than the second`;
  return { kind: 'range', minBytes, maxBytes };
}

function parseAmount(text: string): number | undefined {
  const amount = parseBytes(text);
  if (amount === undefined || !/^\d+$/.test(text)) return amount;
  const sizeBytes = amount * CYLINDER_BYTES;
  return Number.isSafeInteger(sizeBytes) ? sizeBytes : undefined;
}

/** The same size, where it counts cylinders, on a disk with another geometry than that of a PC. */
export function inCylinders(size: SizeRequest, geometry: { heads: number; sectorsPerTrack: number }): SizeRequest {
  if (size.kind !== 'exact' || size.cylinders === undefined) return size;
  return { ...size, sizeBytes: size.cylinders * geometry.heads * geometry.sectorsPerTrack * SECTOR_BYTES };
}

const SECTOR_BYTES = 512;
