// The entry that somebody has made systemd-boot's default in its menu (`d`), or with bootctl. In: the variable that keeps it,
// the entries. Out: a notice. Pure. Never: takes it back: whoever did it meant it.
import { ENTRIES } from './esp-entries.ts';
import { entryName } from './entry-menu.ts';
import type { MenuEntry } from './entry-menu.ts';

/** Comes before what loader.conf says. @see The Boot Loader Interface */
export const CHOSEN_ENTRY = '/sys/firmware/efi/efivars/LoaderEntryDefault-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';

/** The variable is four bytes of attributes, then text of 16 bits a character with a NUL behind it. */
export function noticeChosenEntry(variable: Uint8Array | undefined, entries: readonly MenuEntry[]): string[] {
  const chosen = Buffer.from(variable?.subarray(4) ?? [])
    .toString('utf16le')
    .replace(/\0[^]*$/, '')
    .toLowerCase();
  const place = entries.findIndex((entry) => `${entryName(entry)}${ENTRIES.ends}` === chosen);
  const [first] = entries;
  if (place < 1 || first === undefined) return [];
  return [
    `systemd-boot starts ${entries[place]?.title}, and not ${first.title}: somebody has chosen it in its menu for all starts; d on that entry in the menu takes it back`,
  ];
}
