// What a UEFI machine starts next that was started from a medium and is left alone. In: its boot entries. Out: one of
// them. Pure.
import type { BootEntries, BootEntry } from '../../partition-specs/efi-facts.ts';

/**
 * The first entry of the order that is a loader on a disk, else the one behind the medium's; undefined when there is
 * neither. Firmware adds entries for media of its own, so the one that was started is never chosen.
 */
export function planBootNext({ current, order, entries }: BootEntries): BootEntry | undefined {
  const ordered = order.flatMap((number) => entries.find((entry) => entry.number === number) ?? []);
  const others = ordered.filter((entry) => entry.active && entry.number !== current);
  const loader = others.find(({ loaderPath, partUuid }) => loaderPath !== undefined && partUuid !== undefined);
  const behind = current === undefined ? -1 : order.indexOf(current);
  return loader ?? others.find(({ number }) => behind >= 0 && order.indexOf(number) > behind);
}
