// Whether a host's inventory is what its order should have made of it. In: the action, what was expected, the list after it, what is
// broken. Out: what is not as it should be, in words; none when all is. Never: I/O.
import type { Action, PackageChangeRecord } from '../../contract/fleet/jobs/action.ts';
import type { Item } from '../../contract/fleet/inventory.ts';
import { mustBeClean, wantedFlag } from './action-kinds.ts';

export type Verified = {
  readonly action: Action;
  /** Empty where nothing could be foreseen. */
  readonly expected: readonly PackageChangeRecord[];
  /** Of the host's list, the packages that are named by one of these. */
  readonly installed: readonly Item[];
  /** What the package system's own audit found. */
  readonly broken: readonly string[];
};

/** The names of packages that `decideVerified` looks at. */
export const verifiedNames = ({ action, expected }: Pick<Verified, 'action' | 'expected'>): string[] => [
  ...new Set([...expected.map(({ name }) => name), ...(wantedFlag(action)?.packages.map(({ name }) => name) ?? [])]),
];

const SHOWN = 3;

/** @returns undefined when it is as it should be */
export function decideVerified({ action, expected, installed, broken }: Verified): string | undefined {
  const faults = [...expected.flatMap((change) => faultOf(change, installed)), ...faultsOfFlags(action, installed)];
  if (faults.length > 0) {
    const more = faults.length > SHOWN ? `, and ${faults.length - SHOWN} more` : '';
    return `it says done, but its list ${faults.slice(0, SHOWN).join(', ')}${more}`;
  }
  const [first] = broken;
  if (first === undefined || !mustBeClean(action)) return undefined;
  return `it says done, but its package system is not in order: ${first}`;
}

/** Several versions of one package may be installed, as kernels are with rpm. */
function faultOf({ name, arch, before, after }: PackageChangeRecord, installed: readonly Item[]): string[] {
  const versions = installed.filter((item) => item[0] === name && item[1] === arch).map(([, , version]) => version);
  const [first] = versions;
  if (after !== null && versions.includes(after)) return [];
  if (after !== null) return [first === undefined ? `has no ${name} ${after}` : `still has ${name} ${first}`];
  const left = versions.find((version) => before === null || version === before);
  return left === undefined ? [] : [`still has ${name} ${left}`];
}

function faultsOfFlags(action: Action, installed: readonly Item[]): string[] {
  const wanted = wantedFlag(action);
  if (wanted === undefined) return [];
  const { name: flag, isSet, packages } = wanted;
  const isNamed = ([name, arch]: Item): boolean =>
    packages.some((wanted) => wanted.name === name && (wanted.arch === undefined || wanted.arch === arch));
  const wrong = installed.filter((item) => isNamed(item) && item[3].split(',').includes(flag) !== isSet);
  return wrong.map(([name]) => `${isSet ? 'does not have' : 'still has'} ${name} as ${flag}`);
}
