// What to change about the firmware's boot entries. In: what there is, what is wanted. Out: entries to make, the order,
// entries to remove. Pure. Never: removes what another system made; makes one more each night for firmware that forgets.
import type { BootEntries, BootEntry } from '../../../partition-specs/efi-facts.ts';
import type { WantedEntry } from './wanted-entry.ts';

export type EntryChanges = {
  readonly create: readonly WantedEntry[];
  /** Numbers of ours that are switched off. */
  readonly activate: readonly string[];
  /** The whole order, where it is not as it should be; not known before all are made. */
  readonly order: readonly string[] | undefined;
  /** Numbers of further entries for the same file. */
  readonly remove: readonly string[];
};

/** Ours come first, in the order wanted; all others stay, in the order that they have. */
export function planBootEntries(now: BootEntries, wanted: readonly WantedEntry[]): EntryChanges {
  const matches = wanted.map((each) => sortByOrder(entriesFor(now.entries, each), now.order));
  const create = wanted.filter((_, index) => matches[index]?.length === 0);
  const chosen = matches.flatMap(([first]) => (first === undefined ? [] : [first]));
  // One that is known by its label alone may be another system's.
  const others = matches.flatMap(([, ...rest]) => rest.filter(({ partUuid }) => partUuid !== undefined));
  const remove = others.map(({ number }) => number);
  const numbers = chosen.map(({ number }) => number);
  // Firmware leaves numbers in the order whose entries are gone; efibootmgr refuses an order that names one.
  const present = now.order.filter((number) => now.entries.some((entry) => entry.number === number));
  const order = [...numbers, ...present.filter((number) => !numbers.includes(number) && !remove.includes(number))];
  const isFirst = numbers.every((number, index) => present[index] === number);
  return {
    create,
    activate: chosen.filter(({ active }) => !active).map(({ number }) => number),
    order: create.length > 0 || isFirst ? undefined : order,
    remove,
  };
}

/**
 * By partition and file. Some firmware replaces what it was given by a number of its own, such as Dell's `VenHw(99e275e7-…)`,
 * and some entries cannot be read; where there is none by file, such an entry is known by its label, or one would be made
 * each night.
 */
function entriesFor(entries: readonly BootEntry[], wanted: WantedEntry): BootEntry[] {
  const same = entries.filter((entry) => isSameFile(entry, wanted));
  if (same.length > 0) return same;
  return entries.filter(({ label, target }) => label === wanted.label && (target === '' || /^VenHw\(/i.test(target)));
}

function isSameFile({ partUuid, loaderPath, target }: BootEntry, wanted: WantedEntry): boolean {
  const isSame = partUuid === wanted.partUuid && loaderPath?.toLowerCase() === wanted.loaderPath.toLowerCase();
  return isSame && !hasArguments(target);
}

/**
 * Whether the loader is told what to start, as shim is by the entries of fwupd: then it is another system's. Text of 16 bits
 * a character, which efibootmgr prints with dots, and since version 18 as hexadecimal digits; what firmware itself puts
 * behind a path, such as `..BO`, is none.
 */
function hasArguments(target: string): boolean {
  return /\.efi\)?(?:(?:[!-\-/-~]\.){2}|(?:[2-7][0-9a-f]00){2})/i.test(target);
}

function sortByOrder(entries: readonly BootEntry[], order: readonly string[]): BootEntry[] {
  const place = ({ number }: BootEntry): number => (order.includes(number) ? order.indexOf(number) : order.length);
  return entries.toSorted((left, right) => place(left) - place(right));
}
