// The firmware's boot entry for the network. In: entries, what is known of the machine's cards. Out: one of them. Pure.
import type { BootEntries, BootEntry, EfiFacts } from '../../../partition-specs/efi-facts.ts';

/** How firmware names an entry that it makes itself; its number changes, these do not. */
export type NetworkEntry = { readonly label: string; readonly target: string };

/** What this start was from, where that was the network: to be remembered by who installs from it. */
export function startedNetworkEntry(efi: Pick<EfiFacts, 'boot'> | undefined): NetworkEntry | undefined {
  const entry = efi?.boot.entries.find(({ number }) => number === efi.boot.current);
  return entry === undefined || !isNetwork(entry) ? undefined : { label: entry.label, target: entry.target };
}

/**
 * The entry that is remembered, or one of the machine's own cards: the first of the order, IPv4 before others, as that is
 * what the server answers; else the one entry that firmware has for all its cards. Undefined where it has none, or hides it.
 * @param macs in lower case, with colons
 */
export function findNetworkEntry(
  { entries, order }: BootEntries,
  { remembered, macs }: { readonly remembered: NetworkEntry | undefined; readonly macs: readonly string[] },
): BootEntry | undefined {
  const known = entries.filter(({ label, target }) => {
    return label === remembered?.label && (target === remembered.target || target === '');
  });
  if (known[0] !== undefined) return known.find(({ target }) => target !== '') ?? known[0];
  const own = entries.filter((entry) => macs.some((mac) => isOfCard(entry, mac.replaceAll(':', ''))));
  const place = ({ number }: BootEntry): number => (order.includes(number) ? order.indexOf(number) : order.length);
  const isPlain = ({ target }: BootEntry): boolean => /\bIPv4\(/i.test(target) && !/\bUri\(/i.test(target);
  const sorted = own.toSorted(
    (a, b) => Number(isPlain(b)) - Number(isPlain(a)) || Number(b.active) - Number(a.active) || place(a) - place(b),
  );
  return (
    sorted[0] ??
    entries.filter(isOfAnyCard).toSorted((a, b) => Number(b.active) - Number(a.active) || place(a) - place(b))[0]
  );
}

function isNetwork(entry: BootEntry): boolean {
  return isOfCard(entry) || isOfAnyCard(entry);
}

/** `…/MAC(525400a1b2c3,1)/IPv4(0.0.0.0…)`. @see UEFI 2.10 §10.3.4.11 */
function isOfCard({ target }: BootEntry, mac = '[0-9a-f]{12}'): boolean {
  return new RegExp(`\\bMAC\\(${mac}[,)]`, 'i').test(target);
}

/**
 * An entry of the firmware's own that says only by its label that it is the network: `PCI LAN` and `PXE BOOT` of Lenovo,
 * `Integrated NIC 1 Port 1` of Dell, `EFI Network` of Insyde. Never one that starts as a BIOS does (`BBS`), from an address
 * that the maker chose (`Uri`), or by IPv6, which the server does not answer.
 */
function isOfAnyCard({ label, target }: BootEntry): boolean {
  const isFirmwares = /^(?:VenMsg\([^)]*\)|VenHw\([^)]*\)|RC)(?!\/)/i.test(target);
  return isFirmwares && /\b(?:PXE|LAN|NIC|network|ethernet)/i.test(label) && !/v6\b|http|recover|cloud/i.test(label);
}
