// Packages, as the package system says, to items, as they are reported. In: packages. Out: items that fit the contract. Pure.
import { itemSchema } from '../../contract/fleet/inventory.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { cutText } from '../../lib/cut-text.ts';
import type { PackageItem } from '../../package-systems/package-system.ts';

export type Items = {
  readonly items: readonly Item[];
  /** Names that cannot be reported: shown harmlessly. */
  readonly leftOut: readonly string[];
};

/** One package whose vendor has a line break in its name must not keep two thousand others from being reported. */
export function toItems(packages: readonly PackageItem[]): Items {
  const items = new Map<string, Item>();
  const leftOut: string[] = [];
  for (const { name, arch, version, flags, origin } of packages) {
    const item = itemSchema.safeParse([name, arch, version, flags.join(','), plain(origin)]);
    // rpm's database can have one package twice; a list that has it twice would be refused for ever.
    if (item.success) items.set(item.data.join('\t'), item.data);
    else leftOut.push(cutText(name, 100));
  }
  return { items: [...items.values()], leftOut };
}

const plain = (text: string): string => cutText(text.replaceAll(/[\u2028\u2029]/g, ' '), 255);
