// A range of sizes on a disk or in a group, which are shared out in whole units. In: the range. Out: the same for units,
// or a problem. Pure.
import { formatBytes } from '../lib/bytes.ts';
import type { RangeCylinders, SizeRequest } from './spec-types.ts';

type Ranged = { readonly size: SizeRequest; readonly rangeCylinders?: RangeCylinders };

/**
 * The first size of a range is rounded up to units, as every size is. The second one is a limit that is never exceeded,
 * unless it counts cylinders: these were never exact, and `500-501` shall have room for what `501` is by itself.
 */
export function rangeInUnits({ size, rangeCylinders }: Ranged, unitBytes: number): SizeRequest {
  if (size.kind !== 'range' || rangeCylinders?.max === undefined) return size;
  return { ...size, maxBytes: Math.ceil(size.maxBytes / unitBytes) * unitBytes };
}

/** Why nothing can have a size of this range; undefined where something can. */
export function rangeProblem(request: Ranged, unitBytes: number): string | undefined {
  const size = rangeInUnits(request, unitBytes);
  if (size.kind !== 'range') return undefined;
  const least = Math.ceil(size.minBytes / unitBytes) * unitBytes;
  if (least <= size.maxBytes) return undefined;
  const range = `${formatBytes(size.minBytes)} to ${formatBytes(size.maxBytes)}`;
  const units = `sizes are whole multiples of ${formatBytes(unitBytes)}`;
  return `no size lies within ${range}: ${units}, and the next one is ${formatBytes(least)}`;
}
