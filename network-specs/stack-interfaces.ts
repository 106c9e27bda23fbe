// Which interface lies on which: members of bonds and bridges, VLANs on their links. In: interfaces as described.
// Out: who is above and below, and faults of what cannot be. Never: addresses.
import { didYouMean } from '../lib/did-you-mean.ts';
import type { Described } from './list-interfaces.ts';

export type Stack = {
  readonly masterOf: ReadonlyMap<Described, Described>;
  /** What each is made of or lies on. */
  readonly below: ReadonlyMap<Described, readonly Described[]>;
  readonly vlansOn: ReadonlyMap<Described, readonly Described[]>;
  /** Where the first interface's addresses are: on itself, or on the bond or bridge that it has become a part of. */
  readonly carrier: Described | undefined;
};

/** Puts the interfaces on top of each other; what is wrong is said by their readers. */
export function stackInterfaces(interfaces: readonly Described[]): Stack {
  const byName = new Map(interfaces.flatMap((each) => (each.name === undefined ? [] : [[each.name, each] as const])));
  const masterOf = new Map<Described, Described>();
  const below = new Map<Described, Described[]>();
  const vlansOn = new Map<Described, Described[]>();
  for (const each of interfaces) below.set(each, findMembers(each, byName, masterOf));
  const first = interfaces.find(({ reader }) => reader.prefix === '');
  const carrier = first === undefined ? undefined : topOf(first, masterOf);
  for (const each of interfaces) {
    const link = findLink(each, byName, carrier);
    if (link === undefined) continue;
    below.get(each)?.push(link);
    const others = vlansOn.get(link) ?? [];
    judgeTag(each, others, link);
    vlansOn.set(link, [...others, each]);
  }
  for (const each of interfaces) {
    if (!isBelowItself(each, below)) continue;
    each.reader.fault(each.kind.variable, `${each.name} would lie on itself: ${describeLoop(each, below)}`);
  }
  return { masterOf, below, vlansOn, carrier };
}

function findMembers(
  master: Described,
  byName: ReadonlyMap<string, Described>,
  masterOf: Map<Described, Described>,
): Described[] {
  const { reader, kind } = master;
  const fault = (word: string, message: string, suggestion?: string) =>
    reader.fault(kind.variable, message, { word, suggestion });
  const { members } = master.base;
  const twice = members.filter((word, index) => members.indexOf(word) < index);
  for (const word of new Set(twice)) fault(word, `${word} is named twice`);
  return [...new Set(members)].flatMap((word) => {
    const member = byName.get(word);
    const others = [...byName.keys()].filter((name) => !members.includes(name));
    if (member === undefined) fault(word, `${word} is not an interface of this machine`, suggestName(word, others));
    if (member === undefined) return [];
    const other = masterOf.get(member);
    if (other !== undefined) fault(word, `${word} is a member of ${other.name} already`);
    else if (kind.refuses.includes(member.kind.name)) {
      fault(word, `${word} is a ${member.kind.name}, which cannot be in a ${kind.name}`);
    } else masterOf.set(member, master);
    return [member];
  });
}

function suggestName(word: string, names: Iterable<string>): string {
  return didYouMean(word, names) ?? `NIC_${word}_MAC says which card it is; the card of MAC is named by NIC`;
}

function topOf(first: Described, masterOf: ReadonlyMap<Described, Described>): Described {
  const passed = new Set<Described>();
  let top = first;
  for (let master: Described | undefined = first; master !== undefined && !passed.has(master);) {
    passed.add(master);
    top = master;
    master = masterOf.get(master);
  }
  return top;
}

/** A VLAN that names no link lies where the machine's own addresses are. */
function findLink(
  { base, reader }: Described,
  byName: ReadonlyMap<string, Described>,
  carrier: Described | undefined,
): Described | undefined {
  if (base.link === undefined) return undefined;
  const { name } = base.link;
  const link = name === undefined ? carrier : byName.get(name);
  if (link === undefined) {
    const message =
      name === undefined
        ? 'is not set, and there is no first interface'
        : `${name} is not an interface of this machine`;
    reader.fault('LINK', message, name === undefined ? {} : { suggestion: suggestName(name, byName.keys()) });
  }
  return link;
}

/** The kernel tells what lies on one interface apart by its tag. */
function judgeTag({ base, kind, reader }: Described, others: readonly Described[], link: Described): void {
  const twin = others.find((other) => other.base.link?.tag === base.link?.tag);
  if (twin === undefined) return;
  const on = link.name ?? 'the first interface';
  reader.fault(kind.variable, `${base.link?.tag} on ${on} is ${twin.name} already`);
}

function isBelowItself(start: Described, below: ReadonlyMap<Described, readonly Described[]>): boolean {
  return findPath(start, below) !== undefined;
}

function describeLoop(start: Described, below: ReadonlyMap<Described, readonly Described[]>): string {
  return [start, ...(findPath(start, below) ?? [])].map(({ name }) => name ?? 'the first interface').join(' on ');
}

/** From an interface downwards to itself. */
function findPath(
  start: Described,
  below: ReadonlyMap<Described, readonly Described[]>,
  at = start,
  passed = new Set<Described>(),
): Described[] | undefined {
  for (const next of below.get(at) ?? []) {
    if (next === start) return [next];
    if (passed.has(next)) continue;
    passed.add(next);
    const rest = findPath(start, below, next, passed);
    if (rest !== undefined) return [next, ...rest];
  }
  return undefined;
}
