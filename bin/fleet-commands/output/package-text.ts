// Packages as cells. In: what the API answers. Out: rows of tables. Never: I/O.
import type { comparisonSchema } from '../../../contract/fleet/api/compare.ts';
import type { listOutdated } from '../../../contract/fleet/api/outdated.ts';
import type { OutputOf } from '../../../contract/fleet/operation.ts';
import type { z } from 'zod';

type OutdatedHost = OutputOf<typeof listOutdated>['hosts'][number];

const hindrances: ReadonlySet<string> = new Set(['held', 'kept-back', 'phased']);

export function candidateCells({ host, packages, matching }: OutdatedHost): string[][] {
  const rows = packages.map((each) => {
    const why = each.flags.filter((flag) => hindrances.has(flag)).join(', ');
    const kind = each.flags.includes('security') ? `security ${each.origin}` : each.origin;
    return [host, each.name, each.installed === '' ? '-' : each.installed, each.version, why, kind];
  });
  if (matching <= packages.length) return rows;
  return [
    ...rows,
    [host, `and ${matching - packages.length} more: gutinteg fleet packages --host ${host} has all`, '', '', '', ''],
  ];
}

type Comparison = z.output<typeof comparisonSchema>;

/** Where all hosts of a side have the same version, the version alone. */
export const comparisonCells = (
  { sides }: Comparison,
  { name, arch, cells }: Comparison['packages'][number],
): string[] => [
  `${name}:${arch}`,
  ...cells.map((cell, side) =>
    cell.length === 0
      ? '-'
      : cell.map(({ version, hosts }) => (hosts === sides[side]?.hosts ? version : `${version} (${hosts})`)).join(', '),
  ),
];
