// Lists of a fleet, made up: classes of hosts that are alike, sets that differ a little from their class, hosts that have one of
// them. In: how uniform it is. Out: lists one by one, the same at every run.
import type { Item } from '../contract/fleet/inventory.ts';
import { createRandom } from './create-random.ts';

export type FleetShape = {
  readonly name: string;
  readonly hosts: number;
  /** Different lists of what is installed. */
  readonly sets: number;
  readonly packages: number;
  readonly classes: number;
  /** At most so many packages beyond those of its class, and at most so many in another version, has a set. */
  readonly extras: number;
  readonly otherVersions: number;
};

const size = { hosts: 110_000, sets: 33_000, packages: 2000 };

export const fleetShapes: readonly FleetShape[] = [
  { name: 'uniform', ...size, classes: 40, extras: 12, otherVersions: 12 },
  { name: 'each host its own', ...size, classes: 200, extras: 80, otherVersions: 120 },
];

/** Names that there are; a class has some of the first ones for sure. */
const NAMES = 60_000;
const COMMON = 1200;
const VERSIONS = 12;

const itemOf = (number: number, version: number): Item => [
  `package-${number}`,
  number % 7 === 0 ? 'all' : 'amd64',
  `${1 + (number % 9)}.${number % 31}.${version}-${1 + (number % 4)}+deb12u${version}`,
  number % 3 === 0 ? '' : 'auto',
  '',
];

/** Sets one by one; the first ones are the classes themselves. */
export function* generateSets({ sets, packages, classes, extras, otherVersions }: FleetShape): Generator<Item[]> {
  const below = createRandom(1);
  const bases = Array.from({ length: classes }, () => {
    const numbers = new Set(Array.from({ length: COMMON }, (_, number) => number));
    while (numbers.size < packages) numbers.add(COMMON + below(1 + below(NAMES - COMMON)));
    return [...numbers];
  });
  for (let set = 0; set < sets; set += 1) {
    const numbers = bases[set % classes] ?? [];
    const isClass = set < classes;
    const changed = new Map<number, number>();
    for (let count = isClass ? 0 : below(otherVersions + 1); count > 0; count -= 1) {
      changed.set(numbers[below(numbers.length)] ?? 0, below(VERSIONS));
    }
    for (let count = isClass ? 0 : below(extras + 1); count > 0; count -= 1)
      changed.set(COMMON + below(NAMES - COMMON), below(2));
    const own = [...changed.keys()].filter((number) => !numbers.includes(number));
    yield [...numbers, ...own].map((number) => itemOf(number, changed.get(number) ?? 5));
  }
}
