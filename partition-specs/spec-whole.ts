// What must hold for a whole PARTITION text: nothing twice, nothing missing, sizes that can add up.
import { asksForEncryption } from './encryption-words.ts';
import type { Report } from './spec-content.ts';
import { contentsOf, stackKindOf } from './spec-types.ts';
import type { ContentRequest, PartitionSpec, SizeRequest } from './spec-types.ts';

/** Reports every fault that no single pair of parentheses shows by itself. */
export function checkWhole(spec: PartitionSpec, report: Report): void {
  const { disks, arrays, groups } = spec;
  reportRepeated(disks, (disk) => `disk ${disk.name}`, report);
  reportRepeated(arrays, (array) => `array ${array.name}`, report);
  reportRepeated(groups, (group) => `volume group ${group.name}`, report);
  const mounted = contentsOf(spec).filter((content) => content.mountPoint !== undefined);
  reportRepeated(mounted, (content) => `mount point ${content.mountPoint}`, report);
  for (const disk of disks) {
    if (disk.partitions.length === 0) report(disk.column, `disk ${disk.name} has no partitions`);
    reportRepeated(disk.partitions, (partition) => `letter ${partition.letter} of ${disk.name}`, report);
    checkSizes(disk, disk.partitions, report);
  }
  for (const group of groups) {
    if (group.volumes.length === 0) report(group.column, `volume group ${group.name} has no volumes`);
    reportRepeated(group.volumes, (volume) => `volume ${volume.name} of ${group.name}`, report);
    checkSizes(group, group.volumes, report);
  }
  checkStacks(spec, report);
}

type Sized = { readonly size: SizeRequest; readonly column: number };

function checkSizes(header: { name: string; column: number }, sized: readonly Sized[], report: Report): void {
  const rests = sized.filter(({ size }) => size.kind === 'rest');
  for (const extra of rests.slice(1)) report(extra.column, `a second 'rest' on ${header.name}; only one can have it`);
  const percents = sized.map(({ size }) => (size.kind === 'percent' ? size.percent : 0));
  const sum = percents.reduce((total, percent) => total + percent, 0);
  if (sum > 100) report(header.column, `the percentages on ${header.name} add up to ${sum}%`);
}

type Part = { readonly content: ContentRequest; readonly disk?: string };

function checkStacks(spec: PartitionSpec, report: Report): void {
  const parts: Part[] = [
    ...spec.disks.flatMap((disk) => disk.partitions.map((content) => ({ content, disk: disk.name }))),
    ...spec.arrays.map(({ content }) => ({ content })),
    ...spec.groups.flatMap((group) => group.volumes.map((content) => ({ content }))),
  ].filter(({ content }) => stackKindOf(content.filesystem) !== undefined);
  for (const { content, disk } of parts) checkPart(content, disk === undefined, spec, report);
  for (const array of spec.arrays) {
    const members = parts.filter(({ content }) => content.partOf === array.name);
    // Said already, and one is no mirror.
    if (members.some(({ content }) => asksForEncryption(content.filesystem))) continue;
    const disks = new Set(members.map(({ disk }) => disk));
    if (members.length < 2) report(array.column, `array ${array.name} has one member; a mirror needs two or more`);
    else if (disks.size < members.length) {
      report(array.column, `two members of array ${array.name} lie on one disk, and would be lost together`);
    }
  }
}

function checkPart(content: ContentRequest, stacked: boolean, spec: PartitionSpec, report: Report): void {
  const { filesystem, partOf, column } = content;
  if (asksForEncryption(filesystem)) return;
  if (stacked && filesystem === 'raid1') report(column, 'an array is made of partitions; raid1 stands only there');
  const inVolume = spec.groups.some((group) => group.volumes.some((volume) => volume === content));
  if (inVolume && filesystem === 'lvm') report(column, 'a volume cannot be part of a volume group again');
  const kind = stackKindOf(filesystem);
  const headers = kind === 'array' ? spec.arrays : spec.groups;
  if (partOf === undefined || partOf === '' || headers.some((header) => header.name === partOf)) return;
  const example = kind === 'array' ? `${partOf}: (ext4 /)` : `${partOf}: (root 20G ext4 /)`;
  report(column, `nothing says what ${partOf} holds`, `add '${example}'`);
}

function reportRepeated<T extends { column: number }>(
  things: readonly T[],
  nameOf: (thing: T) => string,
  report: Report,
): void {
  const seen = new Set<string>();
  for (const thing of things) {
    const name = nameOf(thing);
    if (seen.has(name)) report(thing.column, `${name} is given a second time`);
    seen.add(name);
  }
}
