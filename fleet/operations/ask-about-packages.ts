// Operations that are questions about lists: they are answered beside the process that hosts wait for.
import { compareClasses, compareHosts } from '../../contract/fleet/api/compare.ts';
import { hostPackages, packageChanges } from '../../contract/fleet/api/host-packages.ts';
import { hostsWithPackage } from '../../contract/fleet/api/hosts-with-package.ts';
import { listOutdated } from '../../contract/fleet/api/outdated.ts';
import { listPackages, packageVersions } from '../../contract/fleet/api/packages.ts';
import { resolveSelector } from '../classes/resolve-selector.ts';
import type { Fleet } from '../fleet.ts';
import { implement } from './implement.ts';

/** The hosts of a class, for questions that are only about them. */
async function within(fleet: Fleet, text: string | undefined): Promise<{ readonly within?: readonly string[] }> {
  if (text === undefined) return {};
  return { within: (await resolveSelector(fleet, text)).map(({ id }) => id) };
}

const compareGroups = implement(compareClasses, async (fleet, { classes, ...input }) => {
  const groups: { name: string; hosts: string[] }[] = [];
  for (const name of classes) {
    const found = await resolveSelector(fleet, name);
    groups.push({ name, hosts: found.map(({ id }) => id) });
  }
  return fleet.ask('compare-groups', { ...input, groups });
});

export const packageQuestions = [
  implement(hostsWithPackage, async (fleet, { class: of, ...input }) =>
    fleet.ask('hosts-with-package', { ...input, ...(await within(fleet, of)) }),
  ),
  implement(listPackages, async (fleet, { class: of, ...input }) =>
    fleet.ask('packages', { ...input, ...(await within(fleet, of)) }),
  ),
  implement(packageVersions, async (fleet, { class: of, ...input }) =>
    fleet.ask('package-versions', { ...input, ...(await within(fleet, of)) }),
  ),
  implement(listOutdated, async (fleet, { class: of, ...input }) =>
    fleet.ask('outdated', { ...input, ...(await within(fleet, of)) }),
  ),
  implement(hostPackages, ({ ask }, input) => ask('host-packages', input)),
  implement(packageChanges, ({ ask }, input) => ask('package-changes', input)),
  implement(compareHosts, ({ ask }, input) => ask('compare', input)),
  compareGroups,
];
