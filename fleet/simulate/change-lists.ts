// What an action changes in a simulated host's lists. In: an action, the lists. Out: the changes, and the lists after them. Never: I/O,
// chance; what else a package needs. A kind of action that is not here changes no package.
import type { Action, ActionKind, PackageChangeRecord, WantedPackageSpec } from '../../contract/fleet/jobs/action.ts';
import type { Item } from '../../contract/fleet/inventory.ts';

export type Lists = { readonly installed: readonly Item[]; readonly candidates: readonly Item[] };

/** What one order does. */
export type Step = {
  readonly changes: readonly PackageChangeRecord[];
  /** Names of packages that are held afterwards, and that are no longer. */
  readonly held: readonly string[];
  readonly released: readonly string[];
};

type OfKind<K extends ActionKind> = Extract<Action, { do: K }>;
type Kinds = { readonly [K in ActionKind]?: (action: OfKind<K>, lists: Lists) => Partial<Step> };

/** Every host has sources in which every package is, in this version if no other was ever heard of. */
const MADE_UP = '1+sim1';
const ARCHITECTURE = 'amd64';
const HINDRANCES = new Set(['held', 'kept-back', 'phased']);

const kinds: Kinds = {
  install: ({ packages }, lists) => ({
    changes: packages.flatMap((wanted) =>
      changeTo(lists, wanted, wanted.version ?? newestOf(lists, wanted) ?? MADE_UP),
    ),
  }),
  upgrade: ({ packages, except }, lists) => ({ changes: upgrades(lists, packages).filter(isNotIn(except)) }),
  downgrade: ({ packages }, lists) => ({
    changes: packages.flatMap((wanted) =>
      wanted.version === undefined ? [] : changeTo(lists, wanted, wanted.version),
    ),
  }),
  remove: ({ packages }, lists) => ({ changes: packages.flatMap((wanted) => changeTo(lists, wanted, null)) }),
  'install-files': ({ files }, lists) => ({
    changes: files
      .filter(({ fileName, arch }) => fileName.endsWith('.deb') && [ARCHITECTURE, 'all'].includes(arch))
      .flatMap((file) => changeTo(lists, file, file.version)),
  }),
  restore: ({ changes }) => ({ changes }),
  hold: ({ packages }) => ({ held: packages.map(({ name }) => name) }),
  unhold: ({ packages }) => ({ released: packages.map(({ name }) => name) }),
};

export function stepOf(action: Action, lists: Lists): Step {
  const kind = kinds[action.do] as ((asked: Action, lists: Lists) => Partial<Step>) | undefined;
  return { changes: [], held: [], released: [], ...kind?.(action, lists) };
}

const isNotIn =
  (names: readonly string[]) =>
  ({ name }: PackageChangeRecord): boolean =>
    !names.includes(name);

type Wanted = Pick<WantedPackageSpec, 'name' | 'arch'>;

const isOf =
  ({ name, arch }: Wanted) =>
  ([itemName, itemArch]: Item): boolean =>
    itemName === name && (arch === undefined || itemArch === arch);

const newestOf = ({ candidates, installed }: Lists, wanted: Wanted): string | undefined =>
  (candidates.find(isOf(wanted)) ?? installed.find(isOf(wanted)))?.[2];

function changeTo({ installed }: Lists, wanted: Wanted, after: string | null): PackageChangeRecord[] {
  const item = installed.find(isOf(wanted));
  const [name, arch, before] = [wanted.name, item?.[1] ?? wanted.arch ?? ARCHITECTURE, item?.[2] ?? null];
  return before === after ? [] : [{ name, arch, before, after }];
}

function upgrades({ installed, candidates }: Lists, packages: readonly Wanted[] | undefined): PackageChangeRecord[] {
  const versions = new Map(installed.map(([name, arch, version]) => [keyOf(name, arch), version]));
  return candidates.flatMap(([name, arch, after, flags]) => {
    const before = versions.get(keyOf(name, arch));
    const isAsked = packages?.some((wanted) => wanted.name === name && (wanted.arch ?? arch) === arch) ?? true;
    const stays = flags.split(',').some((flag) => HINDRANCES.has(flag));
    return before === undefined || before === after || stays || !isAsked ? [] : [{ name, arch, before, after }];
  });
}

const keyOf = (name: string, arch: string): string => `${name}\t${arch}`;

export function installedAfter(installed: readonly Item[], { changes, held, released }: Step): Item[] {
  const items = new Map(installed.map((item) => [keyOf(item[0], item[1]), item]));
  for (const { name, arch, after } of changes) {
    const [, , , flags = '', origin = ''] = items.get(keyOf(name, arch)) ?? [];
    if (after === null) items.delete(keyOf(name, arch));
    else items.set(keyOf(name, arch), [name, arch, after, flags, origin]);
  }
  return [...items.values()].map((item) => withHolds(item, held, released));
}

/** What is installed now is no candidate any more. */
export function candidatesAfter(candidates: readonly Item[], { changes, held, released }: Step): Item[] {
  const versions = new Map(changes.map(({ name, arch, after }) => [keyOf(name, arch), after]));
  return candidates
    .filter(([name, arch, version]) => versions.get(keyOf(name, arch)) !== version)
    .map((item) => withHolds(item, held, released));
}

function withHolds(item: Item, held: readonly string[], released: readonly string[]): Item {
  const [name, arch, version, flags, origin] = item;
  if (!held.includes(name) && !released.includes(name)) return item;
  const others = flags.split(',').filter((flag) => flag !== '' && flag !== 'held');
  const all = held.includes(name) ? [...others, 'held'] : others;
  return [name, arch, version, all.toSorted().join(','), origin];
}
