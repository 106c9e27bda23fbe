// What hosts, or classes of hosts, have differently. In: each side's packages, with the number of hosts that have each. Out: a row
// for each package, a cell for each side. Never: I/O.
import type { z } from 'zod';
import type { comparisonSchema } from '../../contract/fleet/api/compare.ts';
import type { ItemRow } from './find-named-items.ts';
import { versionOrder } from './version-order.ts';
import type { VersionOrder } from './version-order.ts';

export type Side = {
  /** How many hosts it is. */
  readonly hosts: number;
  readonly items: readonly (readonly [item: Omit<ItemRow, 'id' | 'flags' | 'origin'>, hosts: number])[];
};

export type ComparedPackage = z.output<typeof comparisonSchema>['packages'][number];
type Cell = ComparedPackage['cells'][number];

/** By name and architecture. A package differs unless every host of every side has the same versions, by its system's order. */
export function compareSides(sides: readonly Side[]): ComparedPackage[] {
  const rows = new Map<string, Pick<ComparedPackage, 'system' | 'name' | 'arch' | 'cells'>>();
  for (const [index, { items }] of sides.entries()) {
    for (const [{ system, name, arch, version }, hosts] of items) {
      const key = `${name}\t${arch}\t${system}`;
      const row = rows.get(key) ?? { system, name, arch, cells: sides.map((): Cell => []) };
      rows.set(key, row);
      addVersion(row.cells[index] ?? [], version, hosts);
    }
  }
  const sorted = [...rows].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return sorted.map(([, row]) => finishRow(row, sides));
}

/** Items that differ in flags only are one version. */
function addVersion(cell: Cell, version: string, hosts: number): void {
  const known = cell.find((one) => one.version === version);
  if (known === undefined) cell.push({ version, hosts });
  else known.hosts += hosts;
}

function finishRow(
  row: Pick<ComparedPackage, 'system' | 'name' | 'arch' | 'cells'>,
  sides: readonly Side[],
): ComparedPackage {
  const order = versionOrder(row.system);
  const cells = row.cells.map((cell) => cell.toSorted((left, right) => order(right.version, left.version)));
  const [newest = ''] = cells.flatMap(([first]) => first?.version ?? []).toSorted((left, right) => order(right, left));
  const [first = []] = cells;
  const isAlike = cells.every((cell, index) => isWhole(cell, sides[index]?.hosts ?? 0) && haveSame(cell, first, order));
  return { ...row, cells, newest, differs: !isAlike };
}

const isWhole = (cell: Cell, hosts: number): boolean => cell.every((version) => version.hosts === hosts);

const haveSame = (left: Cell, right: Cell, order: VersionOrder): boolean =>
  left.length === right.length && left.every(({ version }, index) => order(version, right[index]?.version ?? '') === 0);
