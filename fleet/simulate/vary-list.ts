// The packages of one simulated host. In: recorded systems, a number, how often the host has changed. Out: a list, the same at every
// call, so that nobody keeps 110,000 of them. Never: I/O, chance.
import type { Item } from '../../contract/fleet/inventory.ts';
import type { RecordedSystem } from './recorded-lists.ts';

export type HostList = {
  /** Hosts with the same number have the same list. */
  readonly number: number;
  /** How often it has changed: each time, one more package is there in a later version. */
  readonly revision: number;
};

/** At most so many packages are missing, are there in a later version, or come from another recorded system. */
const MOST_MISSING = 8;
const MOST_LATER = 12;
const MOST_OTHERS = 8;
/** Different lists of candidates. */
const CANDIDATE_LISTS = 3000;
const CANDIDATES = 60;

/** What is installed. Number N is of recorded system N modulo their number. */
export function installedOf(systems: readonly RecordedSystem[], { number, revision }: HostList): Item[] {
  const { own, other } = systemsOf(systems, number);
  const draw = createDraw(number);
  const items = new Map(own.installed.map((item) => [nameOf(item), item]));
  for (let count = draw(MOST_MISSING + 1); count > 0; count -= 1) items.delete(nameOf(pick(own.installed, draw)));
  for (let count = draw(MOST_OTHERS + 1); count > 0; count -= 1) {
    const item = pick(other.installed, draw);
    if (!items.has(nameOf(item))) items.set(nameOf(item), item);
  }
  const laterCount = draw(MOST_LATER + 1) + revision;
  const later = Array.from({ length: laterCount }, () => [pick(own.installed, draw), draw(3)] as const);
  for (const [item, step] of later) if (items.has(nameOf(item))) items.set(nameOf(item), laterThan(item, step + 1));
  return [...items.values()];
}

/** What an upgrade would bring; what a later version is of, that is no candidate. */
export function candidatesOf(systems: readonly RecordedSystem[], { number }: Pick<HostList, 'number'>): Item[] {
  const { own } = systemsOf(systems, number);
  const draw = createDraw(candidatesNumber(systems, number) + 0x10000);
  const items = new Map<string, Item>();
  for (let count = draw(CANDIDATES + 1); count > 0; count -= 1) {
    const item = pick(own.security, draw);
    items.set(nameOf(item), asCandidate(item, draw(10)));
  }
  return [...items.values()];
}

/** Hosts with the same number have the same candidates. */
export const candidatesNumber = (systems: readonly RecordedSystem[], number: number): number =>
  number % (Math.floor(CANDIDATE_LISTS / systems.length) * systems.length);

function systemsOf(systems: readonly RecordedSystem[], number: number) {
  const [own, other] = [systems[number % systems.length], systems[(number + 1) % systems.length]];
  if (own === undefined || other === undefined) throw new Error('no system was recorded');
  return { own, other };
}

const nameOf = ([name, arch]: Item): string => `${name}\t${arch}`;

const pick = (items: readonly Item[], draw: (below: number) => number): Item => {
  const item = items[draw(items.length)];
  if (item === undefined) throw new Error('a recorded system has no packages');
  return item;
};

/** Later by the order of dpkg: nothing is less than anything but `~`. */
const laterThan = ([name, arch, version, flags, origin]: Item, step: number): Item => [
  name,
  arch,
  `${version}+sim${step}`,
  flags,
  origin,
];

const HELD = 1;
const KEPT_BACK = 2;

function asCandidate([name, arch, version]: Item, kind: number): Item {
  const flags = kind === HELD ? 'held,security' : kind === KEPT_BACK ? 'kept-back,security' : 'security';
  return [name, arch, `${version}+sim9`, flags, 'Debian-Security:12/oldstable-security'];
}

/** mulberry32: the same at every run. */
function createDraw(seed: number): (below: number) => number {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
