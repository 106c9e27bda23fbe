// What came to a list and went from it. In: two lists of a host. Out: packages that came, went, or are there in another version.
// Never: I/O.
import type { z } from 'zod';
import type { packageChanges } from '../../contract/fleet/api/host-packages.ts';
import { keyOfItem } from '../inventories/find-items.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { flagsOf } from './find-named-items.ts';
import type { VersionOrder } from './version-order.ts';

type Changes = Pick<z.output<typeof packageChanges.output>, 'came' | 'went' | 'changed'>;
export type ListedPackage = Changes['came'][number];

export const asListed = ([name, arch, version, flags, origin]: Item): ListedPackage => ({
  name,
  arch,
  version,
  flags: flagsOf(flags),
  origin,
});

/**
 * A package with several versions, as kernels of rpm, has come and gone version by version: none of them became another.
 * All in the order of `after` and `before`.
 */
export function compareLists(before: readonly Item[], after: readonly Item[], order: VersionOrder): Changes {
  const [former, present] = [new Set(before.map(keyOfItem)), new Set(after.map(keyOfItem))];
  const came = after.filter((item) => !former.has(keyOfItem(item)));
  const went = before.filter((item) => !present.has(keyOfItem(item)));
  const [onlyCame, onlyWent] = [singles(came), singles(went)];
  const changed = came.flatMap((to) => {
    const from = onlyWent.get(packageOf(to));
    return from === undefined || onlyCame.get(packageOf(to)) === undefined ? [] : [{ from, to }];
  });
  const isChanged = new Set(changed.flatMap(({ from, to }) => [from, to]));
  return {
    came: came.filter((item) => !isChanged.has(item)).map(asListed),
    went: went.filter((item) => !isChanged.has(item)).map(asListed),
    changed: changed.map(({ from, to }) => {
      const direction = Math.sign(order(to[2], from[2]));
      return {
        name: to[0],
        arch: to[1],
        from: asListed(from),
        to: asListed(to),
        direction: direction === 0 ? 'same' : direction > 0 ? 'newer' : 'older',
      };
    }),
  };
}

const packageOf = ([name, arch]: Item): string => `${name}\t${arch}`;

/** Packages that are there once, by name and architecture. */
function singles(items: readonly Item[]): ReadonlyMap<string, Item> {
  const found = new Map<string, Item | undefined>();
  for (const item of items) found.set(packageOf(item), found.has(packageOf(item)) ? undefined : item);
  return new Map([...found].flatMap(([key, item]) => (item === undefined ? [] : [[key, item] as const])));
}
