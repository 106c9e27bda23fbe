// One disk of a layout. In: its part of the spec, the hardware, what must stay. Out: every sector and UUID.
import { chooseActive } from './choose-active.ts';
import { sliceOf } from './choose-table.ts';
import { deriveUuid } from './derive-uuid.ts';
import type { DiskTask, Problem } from './disk-task.ts';
import type { DiskFacts } from './disk-facts.ts';
import { findOnWholeDisk } from './find-whole-disk.ts';
import { findPartitions, findUses } from './found-partitions.ts';
import type { LayoutDisk } from './layout.ts';
import { numberPartitions } from './number-partitions.ts';
import { placePartitions } from './place-partitions.ts';
import { planPartition, planWholes } from './plan-partition.ts';

/** The disk's layout, or the problems that each stand for one fault at a column of the spec. */
export function planDisk(task: DiskTask): LayoutDisk | Problem[] {
  const { spec, machineId, table } = task;
  const { disk, boundBy } = task.bound;
  const placed = placePartitions(task);
  if (!Array.isArray(placed)) return placed.problems;
  const keepsTable = placed.some(({ pin }) => pin !== undefined);
  const uuid = deriveUuid(machineId, `disk/${spec.name}`);
  const described = table.describe(disk, {
    uuid,
    ...(keepsTable && disk.table?.uuid !== undefined ? { foundId: disk.table.uuid } : {}),
    ...sliceOf(task.family),
  });
  const numbered = numberPartitions(placed, task);
  if (!Array.isArray(numbered)) return [{ column: spec.column, message: numbered.problem }];
  const { startsFrom } = task;
  const active = startsFrom === undefined || table.name !== 'dos' ? undefined : chooseActive(numbered, startsFrom);
  const partitions = [
    ...numbered.map((partition) => planPartition(partition, { ...task, active }, described)),
    ...planWholes(task, described),
  ].toSorted((left, right) => left.startSector - right.startSector || right.sizeSectors - left.sizeSectors);
  const problem = table.problemOf?.(partitions, described);
  if (problem !== undefined) return [{ column: spec.column, message: `${spec.name}: ${problem}` }];
  const onWhole = findOnWholeDisk(
    disk,
    keepsTable ? partitions.filter(({ verdict }) => verdict !== 'KEEP') : undefined,
  );
  return {
    name: spec.name,
    hardware: { ...hardwareOf(disk), logicalSectorBytes: disk.logicalSectorBytes },
    boundBy,
    table: described,
    partitions,
    found: findPartitions(disk, partitions, task.pins),
    keepsTable,
    ...(onWhole.length === 0 ? {} : { foundOnWholeDisk: onWhole.map(({ text }) => text).join('; ') }),
    ...(isKnownEmpty(disk, task.knownEmpty) ? { knownEmpty: true as const } : {}),
    inUse: findUses(disk),
  };
}

function isKnownEmpty({ serial }: DiskFacts, serials: readonly string[]): boolean {
  return serial !== undefined && serials.includes(serial);
}

/** What a layout keeps of a disk's facts. */
export function hardwareOf({ path, serial, wwn, model, sizeBytes }: DiskFacts) {
  const known = Object.entries({ serial, wwn, model }).filter(([, value]) => value !== undefined);
  return { path, ...(Object.fromEntries(known) as { serial?: string; wwn?: string; model?: string }), sizeBytes };
}
