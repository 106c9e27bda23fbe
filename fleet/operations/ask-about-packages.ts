// Operations that are questions about lists: they are answered beside the thread that hosts wait for.
import { compareHosts } from '../../contract/fleet/api/compare.ts';
import { hostPackages, packageChanges } from '../../contract/fleet/api/host-packages.ts';
import { hostsWithPackage } from '../../contract/fleet/api/hosts-with-package.ts';
import { listOutdated } from '../../contract/fleet/api/outdated.ts';
import { listPackages, packageVersions } from '../../contract/fleet/api/packages.ts';
import { implement } from './implement.ts';

export const packageQuestions = [
  implement(hostsWithPackage, ({ ask }, input) => ask('hosts-with-package', input)),
  implement(listPackages, ({ ask }, input) => ask('packages', input)),
  implement(packageVersions, ({ ask }, input) => ask('package-versions', input)),
  implement(hostPackages, ({ ask }, input) => ask('host-packages', input)),
  implement(packageChanges, ({ ask }, input) => ask('package-changes', input)),
  implement(listOutdated, ({ ask }, input) => ask('outdated', input)),
  implement(compareHosts, ({ ask }, input) => ask('compare', input)),
];
