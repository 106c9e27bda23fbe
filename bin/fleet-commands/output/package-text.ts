// Packages as cells. In: what the API answers. Out: rows of tables. Never: I/O.
import type { comparisonSchema } from '../../../contract/fleet/api/compare.ts';
import type { packageChanges } from '../../../contract/fleet/api/host-packages.ts';
import type { listOutdated } from '../../../contract/fleet/api/outdated.ts';
import type { OutputOf } from '../../../contract/fleet/operation.ts';
import type { z } from 'zod';

type OutdatedHost = OutputOf<typeof listOutdated>['hosts'][number];

export const CANDIDATE_HEADER = [
  'HOST',
  'PACKAGE',
  'INSTALLED',
  'CANDIDATE',
  'SECURITY',
  'WHY NOT NOW',
  'FROM',
] as const;

const hindrances: ReadonlySet<string> = new Set(['held', 'kept-back', 'phased']);

export const candidateCells = ({ host, packages }: OutdatedHost): string[][] =>
  packages.map(({ name, installed, version, flags, origin }) => [
    host,
    name,
    installed === '' ? '-' : installed,
    version,
    flags.includes('security') ? 'yes' : '',
    flags.filter((flag) => hindrances.has(flag)).join(', '),
    origin,
  ]);

/** Below the table, where no narrow column cuts it. */
export const leftOut = ({ host, packages, matching }: OutdatedHost): string[] =>
  matching <= packages.length
    ? []
    : [`${host}: ${matching - packages.length} more; gutinteg fleet packages --candidates --host ${host} shows all`];

type Change = OutputOf<typeof packageChanges>['changed'][number];

/** What became of a package: another version, other flags, or another vendor. */
export function changeText({ name, from, to }: Change): string {
  const version = from.version === to.version ? from.version : `${from.version} -> ${to.version}`;
  const [former, present] = [new Set(from.flags), new Set(to.flags)];
  const words = [
    ...present.difference(former),
    ...[...former.difference(present)].map((flag) => `not ${flag} any more`),
  ];
  const origin = from.origin === to.origin ? [] : [`from ${to.origin === '' ? 'nobody' : to.origin}`];
  return [`${name} ${version}`, ...words, ...origin].join(', ');
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
