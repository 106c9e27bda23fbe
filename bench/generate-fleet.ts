// Lists of a fleet, made up: classes of hosts that are alike, and sets that differ a little from their class. In: how uniform it
// is. Out: lists one by one, the same at every run, as codes of items.
import type { Item, ListKind } from '../contract/fleet/inventory.ts';
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
  { name: 'individual', ...size, classes: 200, extras: 80, otherVersions: 120 },
];

/** Names that there are; a class has some of the first ones for sure. */
const NAMES = 60_000;
const COMMON = 1200;
const VERSIONS = 12;
const USUAL = 5;

const codeOf = (number: number, version: number): number => number * VERSIONS + version;

export function itemOf(code: number, kind: ListKind): Item {
  const [number, version] = [Math.floor(code / VERSIONS), code % VERSIONS];
  const text = `${version < USUAL ? 0 : 1 + (number % 9)}.${number % 31}.${version}-${1 + (number % 4)}+deb12u${version}`;
  const candidateFlags = ['', 'security', 'kept-back', 'phased', 'held,security'][number % 5] ?? '';
  return [
    `package-${number}`,
    number % 7 === 0 ? 'all' : 'amd64',
    text,
    kind === 'candidates' ? candidateFlags : number % 3 === 0 ? '' : 'auto',
    kind === 'candidates' ? 'Debian-Security:12/stable-security' : '',
  ];
}

/** Sets one by one; the first ones are the classes themselves. */
export function* generateSets(
  { sets, packages, classes, extras, otherVersions }: FleetShape,
  seed = 1,
): Generator<readonly number[]> {
  const classBelow = createRandom(1);
  const bases = Array.from({ length: classes }, () => {
    const numbers = new Set(Array.from({ length: COMMON }, (_, number) => number));
    while (numbers.size < packages) numbers.add(COMMON + classBelow(1 + classBelow(NAMES - COMMON)));
    return [...numbers];
  });
  const below = createRandom(seed);
  for (let set = 0; set < sets; set += 1) {
    const numbers = bases[set % classes] ?? [];
    const versions = new Map(numbers.map((number) => [number, USUAL]));
    const changes = set < classes ? [0, 0] : [below(otherVersions + 1), below(extras + 1)];
    for (let count = changes[0] ?? 0; count > 0; count -= 1)
      versions.set(numbers[below(numbers.length)] ?? 0, below(VERSIONS));
    for (let count = changes[1] ?? 0; count > 0; count -= 1) versions.set(COMMON + below(NAMES - COMMON), USUAL);
    yield [...versions].map(([number, version]) => codeOf(number, version));
  }
}

/** What an upgrade would bring: up to sixty packages, a tenth as many lists. */
export function* generateCandidates({ sets }: FleetShape): Generator<readonly number[]> {
  const below = createRandom(3);
  for (let set = 0; set < sets / 10; set += 1) {
    const numbers = new Set(Array.from({ length: 40 }, (_, index) => index * 11));
    for (let count = below(20); count > 0; count -= 1) numbers.add(below(COMMON));
    yield [...numbers].map((number) => codeOf(number, VERSIONS - 1));
  }
}
