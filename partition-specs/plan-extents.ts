// How much each partition of one disk gets. In: requests and the space, both in whole units. Out: sizes in units.
import type { SizeRequest } from './spec-types.ts';

/** `restMinBytes`: the least that `rest` may come to; other sizes are taken as asked. */
export type ExtentRequest = { readonly size: SizeRequest; readonly restMinBytes: number };

/**
 * Shares `capacity` units of `unitBytes` among requests, in their order. Exact sizes are rounded up to units and `N%`
 * of the capacity down; ranges get their minimum, then grow together in proportion to MAX−MIN; `rest` gets what is
 * left. `needed`, in units, is what was asked for when that is more than the capacity.
 */
export function planExtents(
  requests: readonly ExtentRequest[],
  capacity: number,
  unitBytes: number,
): { sizes: number[] } | { needed: number } {
  const least = requests.map((request) => leastUnits(request, capacity, unitBytes));
  const free = capacity - sum(least);
  if (free < 0) return { needed: sum(least) };
  const spans = requests.map(({ size }, index) =>
    size.kind === 'range' ? Math.max(0, Math.floor(size.maxBytes / unitBytes) - (least[index] ?? 0)) : 0,
  );
  const growth = Math.min(free, sum(spans));
  const grown = least.map((units, index) => {
    const span = spans[index] ?? 0;
    return span === 0 ? units : units + Math.floor((growth * span) / sum(spans));
  });
  const left = capacity - sum(grown);
  return { sizes: grown.map((units, index) => (requests[index]?.size.kind === 'rest' ? units + left : units)) };
}

function leastUnits({ size, restMinBytes }: ExtentRequest, capacity: number, unitBytes: number): number {
  if (size.kind === 'exact') return Math.ceil(size.sizeBytes / unitBytes);
  if (size.kind === 'range') return Math.ceil(size.minBytes / unitBytes);
  if (size.kind === 'percent') return Math.floor((capacity * size.percent) / 100);
  return Math.ceil(restMinBytes / unitBytes);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
