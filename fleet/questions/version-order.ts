// The order of versions of a package system, by its name in the store. In: a name. Out: a function for sorting. Never: I/O.
import { packageSystems } from '../../package-systems/all.ts';

export type VersionOrder = (left: string, right: string) => number;

const byText: VersionOrder = (left, right) => (left === right ? 0 : left < right ? -1 : 1);

/** Of a system that this program does not know, as of a store that a newer one wrote, the order of texts. */
export const versionOrder = (system: string): VersionOrder =>
  packageSystems.find(({ name }) => name === system)?.compareVersions ?? byText;
