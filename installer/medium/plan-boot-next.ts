// What a UEFI machine starts next that was started from a medium and is left alone. In: its boot entries. Out: one of
// them. Pure.
import type { BootEntries, BootEntry } from '../../partition-specs/efi-facts.ts';

/** Programs of the firmware itself, such as its setup menu: nobody would be there to leave it. */
const OF_FIRMWARE = /\bFvFile\(|^MemoryMapped\(/i;

/**
 * The first entry that is a loader on a disk, else the one behind the medium's; undefined when there is neither. Firmware
 * adds entries for media of its own, so the one that was started is never chosen. Some firmware drops a loader from the
 * order when it puts a medium first, and keeps its entry: that comes behind those of the order.
 */
export function planBootNext({ current, order, entries }: BootEntries): BootEntry | undefined {
  const ordered = order.flatMap((number) => entries.find((entry) => entry.number === number) ?? []);
  const startable = (all: readonly BootEntry[]) =>
    all.filter(({ active, number, target }) => active && number !== current && !OF_FIRMWARE.test(target));
  const others = startable(ordered);
  const isLoader = ({ loaderPath, partUuid }: BootEntry) => loaderPath !== undefined && partUuid !== undefined;
  const behind = current === undefined ? -1 : order.indexOf(current);
  return (
    others.find(isLoader) ??
    startable(entries).find(isLoader) ??
    others.find(({ number }) => behind >= 0 && order.indexOf(number) > behind)
  );
}
