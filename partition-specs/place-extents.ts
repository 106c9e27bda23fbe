// Where the partitions of a disk are: requests, and partitions that must stay in place. In: units. Out: units.
// Never: moves what is pinned, or lets anything overlap it.
import { planExtents } from './plan-extents.ts';
import type { ExtentRequest } from './plan-extents.ts';

/** From `start` up to, not including, `end`. */
type Extent = { readonly start: number; readonly end: number };

export type PlaceRequest = ExtentRequest & {
  /** Lies inside the extended partition, with one unit in front of it for its own record. */
  readonly logical: boolean;
};

/** What must stay, rounded outwards to units. */
export type Pinned = Extent & { readonly logical: boolean };

export type UnitExtent = { readonly startUnit: number; readonly sizeUnits: number };

type PlaceInput = {
  readonly usable: Extent;
  readonly pinned: readonly Pinned[];
  readonly requests: readonly PlaceRequest[];
  /** Units that percentages are of. */
  readonly capacity: number;
  readonly unitBytes: number;
};

/** `index` is the request that finds no place; absent where nothing is pinned and all together are too much. */
export type NoPlace = { readonly neededUnits: number; readonly freeUnits: number; readonly index?: number };

/**
 * Requests keep their order within each stretch of free space and go to the first that has room; `rest` goes to the
 * one with the most room left. Logical partitions lie together, with no primary one between them.
 */
export function placeExtents(input: PlaceInput): { places: UnitExtent[] } | NoPlace {
  const { requests, capacity, unitBytes } = input;
  const exact = requests.map((request) => withoutPercent(request, capacity, unitBytes));
  const least = exact.map((request) => leastUnits(request, unitBytes) + (request.logical ? 1 : 0));
  const stretches = freeStretches(input);
  if (input.pinned.length === 0) {
    const freeUnits = stretches.reduce((total, { start, end }) => total + end - start, 0);
    const neededUnits = least.reduce((total, units) => total + units, 0);
    if (neededUnits > freeUnits) return { neededUnits, freeUnits };
  }
  const together = !input.pinned.some((pin) => pin.logical);
  const assigned = assign({ requests: exact, least, stretches, blocks: blocksOf(exact, together) });
  if ('index' in assigned) return assigned;
  const places = new Map<number, UnitExtent>();
  for (const stretch of stretches) {
    const members = inOrder(assigned.of.get(stretch) ?? [], exact, stretch);
    for (const [index, place] of share(members, exact, stretch, unitBytes)) places.set(index, place);
  }
  return { places: requests.map((_, index) => places.get(index) ?? { startUnit: 0, sizeUnits: 0 }) };
}

function withoutPercent(request: PlaceRequest, capacity: number, unitBytes: number): PlaceRequest {
  const { size } = request;
  if (size.kind !== 'percent') return request;
  return {
    ...request,
    size: { kind: 'exact', sizeBytes: Math.floor((capacity * size.percent) / 100) * unitBytes },
  };
}

function leastUnits({ size, restMinBytes }: ExtentRequest, unitBytes: number): number {
  if (size.kind === 'rest') return Math.ceil(restMinBytes / unitBytes);
  if (size.kind === 'range') return Math.ceil(size.minBytes / unitBytes);
  return size.kind === 'exact' ? Math.ceil(size.sizeBytes / unitBytes) : 0;
}

/** Which partitions a stretch of free space may get; `first` is where logical ones come before primary ones. */
type Stretch = Extent & { readonly primaries: boolean; readonly logicals: boolean; readonly logicalsFirst: boolean };

function freeStretches({ usable, pinned }: PlaceInput): Stretch[] {
  const sorted = pinned.toSorted((left, right) => left.start - right.start);
  const logical = sorted.filter((pin) => pin.logical);
  const hull = { start: logical[0]?.start ?? Infinity, end: logical.at(-1)?.end ?? -Infinity };
  const primary = sorted.filter((pin) => !pin.logical);
  // Logical partitions reach from the last primary one before those that are pinned to the first one after them. They may
  // share a unit, as all are rounded outwards; the hull is two units at the least.
  const zone = {
    start: Math.max(usable.start, ...primary.filter((pin) => pin.start <= hull.start).map((pin) => pin.end)),
    end: Math.min(usable.end, ...primary.filter((pin) => pin.start > hull.start).map((pin) => pin.start)),
  };
  const edges = [...sorted, { start: usable.end, end: usable.end }];
  let start = usable.start;
  const stretches: Stretch[] = [];
  for (const edge of edges) {
    const end = Math.min(edge.start, usable.end);
    if (end > start) {
      stretches.push({
        start,
        end,
        primaries: !(start >= hull.start && end <= hull.end),
        logicals: logical.length === 0 || (start >= zone.start && end <= zone.end),
        logicalsFirst: logical.length > 0 && start >= hull.end,
      });
    }
    start = Math.max(start, edge.end);
  }
  return stretches;
}

type Assigned = { readonly of: ReadonlyMap<Stretch, readonly number[]> };

function assign(task: {
  readonly requests: readonly PlaceRequest[];
  readonly least: readonly number[];
  readonly stretches: readonly Stretch[];
  readonly blocks: readonly (readonly number[])[];
}): Assigned | Required<NoPlace> {
  const { requests, least, stretches } = task;
  const of = new Map<Stretch, number[]>();
  const free = new Map(stretches.map((stretch) => [stretch, stretch.end - stretch.start]));
  for (const block of task.blocks) {
    const needed = block.reduce((total, index) => total + (least[index] ?? 0), 0);
    const [first = 0] = block;
    const fits = stretches.filter((each) =>
      block.every((index) => (requests[index]?.logical === true ? each.logicals : each.primaries)),
    );
    const roomy = fits.filter((each) => (free.get(each) ?? 0) >= needed);
    const wantsMost = block.some((index) => requests[index]?.size.kind === 'rest');
    const chosen = wantsMost ? mostRoom(roomy, free) : roomy[0];
    if (chosen === undefined) {
      return { index: first, neededUnits: needed, freeUnits: Math.max(0, ...fits.map((each) => free.get(each) ?? 0)) };
    }
    free.set(chosen, (free.get(chosen) ?? 0) - needed);
    of.set(chosen, [...(of.get(chosen) ?? []), ...block]);
  }
  return { of };
}

/** What must go to one stretch: each request by itself, but `together` the logical ones, which then have no place yet. */
function blocksOf(requests: readonly PlaceRequest[], together: boolean): number[][] {
  const indexes = requests.map((_, index) => index);
  const logical = indexes.filter((index) => requests[index]?.logical === true);
  const block = together && logical.length > 0 ? [logical] : [];
  const single = block.length > 0 ? indexes.filter((index) => requests[index]?.logical !== true) : indexes;
  const blocks = [...single.map((index) => [index]), ...block];
  const isRest = (block: readonly number[]) => block.some((index) => requests[index]?.size.kind === 'rest');
  return [...blocks.filter((block) => !isRest(block)), ...blocks.filter(isRest)];
}

function mostRoom(stretches: readonly Stretch[], free: ReadonlyMap<Stretch, number>): Stretch | undefined {
  return stretches.toSorted((left, right) => (free.get(right) ?? 0) - (free.get(left) ?? 0))[0];
}

function inOrder(members: readonly number[], requests: readonly PlaceRequest[], stretch: Stretch): number[] {
  const rank = (index: number) => ((requests[index]?.logical === true) === stretch.logicalsFirst ? 0 : 1);
  return members.toSorted((left, right) => rank(left) - rank(right) || left - right);
}

function share(
  members: readonly number[],
  requests: readonly PlaceRequest[],
  stretch: Stretch,
  unitBytes: number,
): [number, UnitExtent][] {
  const chosen = members.flatMap((index) => requests[index] ?? []);
  const leads = chosen.filter((request) => request.logical).length;
  const extents = planExtents(chosen, stretch.end - stretch.start - leads, unitBytes);
  if ('needed' in extents) throw new Error('requests were assigned to a stretch that is too small');
  let unit = stretch.start;
  return members.map((index, position) => {
    if (chosen[position]?.logical === true) unit += 1;
    const place = { startUnit: unit, sizeUnits: extents.sizes[position] ?? 0 };
    unit += place.sizeUnits;
    return [index, place];
  });
}
