// The PARTITION language. In: the text of one variable. Out: what it asks for, or every fault with a caret.
// Never: asks whether a file system or an OS can do it (spec-support.ts), or whether it fits (plan-layout.ts).
import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { parseSize } from './spec-size.ts';
import { readItems, specFault } from './spec-tokens.ts';
import type { SpecItem, Token } from './spec-tokens.ts';
import type { DiskSpec, PartitionRequest, PartitionSpec } from './spec-types.ts';

type Group = Extract<SpecItem, { kind: 'group' }>;
type OpenDisk = { name: string; column: number; partitions: PartitionRequest[] };
type Report = (column: number, message: string, suggestion?: string) => void;

/**
 * Parses `disk0: (a 20G ext4 /) (b 4G swap) (c rest ext4 /home noatime) disk1: …`.
 * @throws FaultsError with every fault, each with its column.
 * @see docs/partition.md for the grammar
 */
export function parsePartitionSpec(source: string): PartitionSpec {
  const text = source.replaceAll(/\s/g, ' ').trimEnd();
  const { items, faults } = readItems(text);
  const report: Report = (column, message, suggestion) =>
    void faults.push(specFault({ text, column }, message, suggestion));
  const disks: OpenDisk[] = [];
  for (const item of items) {
    if (item.kind === 'disk') disks.push(openDisk(item.name, report));
    else addPartition(disks.at(-1), item, report);
  }
  if (items.length === 0) report(1, "nothing is asked for; write for example 'disk0: (a rest ext4 /)'");
  checkWhole(disks, report);
  if (faults.length > 0) throw new FaultsError('PARTITION', faults.toSorted(byColumn));
  return { text, disks };
}

function byColumn(left: Fault, right: Fault): number {
  return (left.column ?? 0) - (right.column ?? 0);
}

function openDisk(name: Token, report: Report): OpenDisk {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,29}$/.test(name.text)) {
    report(name.column, `'${name.text}' is not a disk name: up to 30 letters, digits and _, first a letter`);
  }
  return { name: name.text, column: name.column, partitions: [] };
}

function addPartition(disk: OpenDisk | undefined, group: Group, report: Report): void {
  if (disk === undefined) report(group.column, "no disk is named before this partition; begin with 'disk0:'");
  const partition = parsePartition(group, report);
  if (partition !== undefined) disk?.partitions.push(partition);
}

function parsePartition(group: Group, report: Report): PartitionRequest | undefined {
  const [letter, size, filesystem, ...rest] = group.words;
  if (letter === undefined || size === undefined || filesystem === undefined) {
    report(group.column, 'a partition needs a letter, a size and a file system, as in (a 20G ext4 /)');
    return undefined;
  }
  if (!/^[a-z]$/.test(letter.text)) report(letter.column, `'${letter.text}' is not a letter from a to z`);
  const request = parseSize(size.text);
  if (typeof request === 'string') report(size.column, request, suggestCapital(size.text));
  if (!/^[a-z][a-z0-9_+-]*$/.test(filesystem.text)) {
    report(filesystem.column, `'${filesystem.text}' is not the name of a file system`);
  }
  const mount = rest[0]?.text.startsWith('/') === true ? rest[0] : undefined;
  if (mount !== undefined) checkMountPoint(mount, report);
  const words = parseOptions(mount === undefined ? rest : rest.slice(1), report);
  return {
    letter: letter.text,
    // After a fault any size will do, but one that causes no second fault.
    size: typeof request === 'string' ? { kind: 'exact', sizeBytes: 1 } : request,
    filesystem: filesystem.text,
    ...(mount === undefined ? {} : { mountPoint: mount.text }),
    options: words.filter((word) => word !== 'data'),
    data: words.includes('data'),
    column: group.column,
  };
}

function suggestCapital(size: string): string | undefined {
  return /^\d+[kmgt]$/.test(size) ? `did you mean ${size.toUpperCase()}?` : undefined;
}

function checkMountPoint(mount: Token, report: Report): void {
  const clean = mount.text === '/' || /^(\/[A-Za-z0-9._+@-]+)+$/.test(mount.text);
  if (clean && !/\/\.{1,2}(\/|$)/.test(mount.text)) return;
  report(mount.column, `'${mount.text}' is not a plain absolute path of letters, digits and . _ + @ -`);
}

function parseOptions(words: readonly Token[], report: Report): string[] {
  return words.flatMap((word) => {
    const options = word.text.split(',');
    for (const option of options) {
      if (!/^[A-Za-z0-9_][A-Za-z0-9_.:=/+@-]*$/.test(option)) report(word.column, `'${option}' is not a mount option`);
    }
    return options;
  });
}

function checkWhole(disks: readonly DiskSpec[], report: Report): void {
  reportRepeated(disks, (disk) => `disk ${disk.name}`, report);
  reportRepeated(
    disks.flatMap((disk) => disk.partitions).filter((partition) => partition.mountPoint !== undefined),
    (partition) => `mount point ${partition.mountPoint}`,
    report,
  );
  for (const disk of disks) {
    if (disk.partitions.length === 0) report(disk.column, `disk ${disk.name} has no partitions`);
    reportRepeated(disk.partitions, (partition) => `letter ${partition.letter} of ${disk.name}`, report);
    const rests = disk.partitions.filter((partition) => partition.size.kind === 'rest');
    for (const extra of rests.slice(1)) report(extra.column, `a second 'rest' on ${disk.name}; only one can have it`);
    const percents = disk.partitions.map(({ size }) => (size.kind === 'percent' ? size.percent : 0));
    const sum = percents.reduce((total, percent) => total + percent, 0);
    if (sum > 100) report(disk.column, `the percentages on ${disk.name} add up to ${sum}%`);
  }
}

function reportRepeated<T extends { column: number }>(
  things: readonly T[],
  nameOf: (thing: T) => string,
  report: Report,
) {
  const seen = new Set<string>();
  for (const thing of things) {
    const name = nameOf(thing);
    if (seen.has(name)) report(thing.column, `${name} is given a second time`);
    seen.add(name);
  }
}
