// From one partition with its sectors to its part of the layout: type, UUID, name, verdict, content.
import { deriveUuid } from './derive-uuid.ts';
import type { BoundDisk } from './bind-disks.ts';
import type { AddedPartition } from './firmware/firmware-kind.ts';
import type { FilesystemKind } from './filesystems/filesystem-kind.ts';
import type { LayoutPartition, LayoutTable } from './layout.ts';
import type { OsFamily } from './os-families/os-family.ts';
import { planContent } from './plan-content.ts';
import type { Pin } from './find-data.ts';
import { planPart } from './plan-part.ts';
import { STACK_WORDS } from './spec-types.ts';
import type { DiskSpec, PartitionRequest } from './spec-types.ts';
import { dosTypes, endsBeyondChs } from './tables/dos.ts';
import type { TableKind } from './tables/table-kind.ts';

/** A partition that has its place: one of the spec, kept or not, or one that was added. */
export type PlacedPartition = {
  readonly request?: PartitionRequest;
  readonly added?: AddedPartition;
  readonly pin?: Pin;
  readonly logical: boolean;
  readonly startSector: number;
  readonly sizeSectors: number;
};

export type NumberedPartition = PlacedPartition & { readonly number: number };

type PartitionTask = {
  readonly spec: DiskSpec;
  readonly text: string;
  readonly bound: BoundDisk;
  readonly family: OsFamily;
  readonly machineId: string;
  readonly table: TableKind;
  /** Number of the active entry of a DOS table that boots. */
  readonly active?: number | undefined;
};

/** @returns the partition as the layout has it; `table` decides how its UUID is written */
export function planPartition(placed: NumberedPartition, task: PartitionTask, table: LayoutTable): LayoutPartition {
  const { request, added, pin, number, startSector, sizeSectors } = placed;
  const { spec, bound, family } = task;
  const common = {
    number,
    startSector,
    sizeSectors,
    device: family.deviceOf({ path: bound.disk.path, diskName: spec.name }, number),
    verdict: verdictOf(placed, bound),
    ...(number === task.active ? { bootable: true } : {}),
  };
  if (request !== undefined) {
    const own = requested(request, placed, task);
    return { ...common, ...own, ...uuidOf(own.name, task, table, number, pin), ...keptAs(pin, own, task) };
  }
  if (added === undefined) {
    const type = endsBeyondChs(placed) ? dosTypes.extendedLba : dosTypes.extended;
    return { ...common, ...EXTENDED, type, ...uuidOf('extended', task, table, number) };
  }
  return { ...common, ...addedPartition(added, task), ...uuidOf(added.name, task, table, number) };
}

/** The partitions that by tradition stand for the whole disk or slice; the system expects them, and nobody asks. */
export function planWholes({ spec, bound, family, table }: PartitionTask, described: LayoutTable): LayoutPartition[] {
  return Object.entries(family.wholeLetters).map(([letter, whole]) => {
    const extent = table.wholeOf?.(described, whole, bound.disk);
    if (extent === undefined) throw new Error(`${table.name} tables have no letter for a whole ${whole}`);
    const number = family.numberOf(letter);
    return {
      number,
      ...extent,
      name: `whole-${whole}`,
      device: family.deviceOf({ path: bound.disk.path, diskName: spec.name }, number),
      verdict: 'CREATE',
      why: family.reservedLetters[letter] ?? '',
      role: 'whole',
    };
  });
}

const EXTENDED = {
  name: 'extended',
  why: 'a DOS table has four entries; more partitions lie inside an extended one',
  role: 'extended',
} as const;

function verdictOf({ pin, startSector, sizeSectors }: NumberedPartition, { disk }: BoundDisk) {
  if (pin !== undefined) return 'KEEP' as const;
  const same = disk.partitions.some((found) => found.startSector === startSector && found.sizeSectors === sizeSectors);
  return same ? ('FORMAT' as const) : ('CREATE' as const);
}

function requested(request: PartitionRequest, { startSector, sizeSectors }: NumberedPartition, task: PartitionTask) {
  const { spec, text, family, machineId, bound, table } = task;
  const { letter, column, mountPoint } = request;
  const place = `${spec.name}/${letter}`;
  const own = {
    letter,
    name: `${spec.name}-${letter}`,
    why: `${spec.name}: ${text.slice(column - 1, text.indexOf(')', column) + 1)}`,
  };
  if (STACK_WORDS.has(request.filesystem)) {
    const { part, types } = planPart(request, { machineId, place });
    return { ...own, type: table.name === 'dos' ? types.dos : types.gpt, partOf: part };
  }
  const kind = kindOf(request, family);
  const sectorBytes = bound.disk.logicalSectorBytes;
  const extent = { startSector, sizeBytes: sizeSectors * sectorBytes, sectorBytes };
  const mount = mountPoint === undefined ? {} : { mountPoint };
  const type = family.typeOf({ table: table.name, ...mount, kind, ...extent });
  return { ...own, type, content: planContent(request, kind, { machineId, place }) };
}

/** Of a partition that is kept, the table's entry stays as it is, and its file system has the UUID that it has. */
function keptAs(pin: Pin | undefined, own: ReturnType<typeof requested>, { table, active }: PartitionTask) {
  if (pin === undefined) return {};
  const { partition, inTable, evidence } = pin;
  const content = 'content' in own ? own.content : undefined;
  return {
    evidence,
    ...(partition.type === '' ? {} : { type: partition.type.toLowerCase() }),
    ...(inTable && table.names ? { name: partition.label ?? '' } : {}),
    ...(table.names && partition.attrs !== undefined ? { attrs: partition.attrs } : {}),
    // Where the disk boots, the mark is that of what it boots from.
    ...(active === undefined && table.name === 'dos' && partition.bootable === true ? { bootable: true } : {}),
    ...(content === undefined ? {} : { content: { ...content, uuid: partition.fsUuid ?? content.uuid } }),
  };
}

/** GPT entries have a UUID; those of DOS follow from the table's id and the number. @see blkid(8), PARTUUID */
function uuidOf(name: string, task: PartitionTask, table: LayoutTable, number: number, pin?: Pin): { uuid?: string } {
  if (table.kind === 'dos') return { uuid: `${table.id.replace('0x', '')}-${number.toString(16).padStart(2, '0')}` };
  if (table.kind !== 'gpt') return {};
  const place = name.startsWith(`${task.spec.name}-`) ? name.slice(task.spec.name.length + 1) : name;
  return { uuid: pin?.partition.uuid ?? deriveUuid(task.machineId, `partition/${task.spec.name}/${place}`) };
}

function addedPartition(added: AddedPartition, { spec, family, machineId }: PartitionTask) {
  const { name, gptType, why } = added;
  const own = { name, type: gptType, why, role: 'firmware' as const };
  if (added.content === undefined) return own;
  const request = { ...added.content, data: false, column: 1 };
  const kind = kindOf(request, family);
  return { ...own, content: planContent(request, kind, { machineId, place: `${spec.name}/${name}` }) };
}

function kindOf(request: { filesystem: string }, family: OsFamily): FilesystemKind {
  const kind = family.filesystems.get(request.filesystem);
  if (kind === undefined) throw new Error(`${request.filesystem}: passed by checkSpecSupport, yet unknown`);
  return kind;
}
