// rpm and dnf. In: nothing. Out: their answers to the questions of package-system.ts. Never: runs a program.
import type { PackageSystem } from '../package-system.ts';
import { candidates } from './candidates.ts';
import { compareVersions } from './compare-versions.ts';
import { list } from './list.ts';

export const rpm: PackageSystem = {
  name: 'rpm',
  databases: [
    '/var/lib/rpm/rpmdb.sqlite',
    '/usr/lib/sysimage/rpm/rpmdb.sqlite',
    '/var/lib/rpm/Packages',
    '/var/lib/rpm/Packages.db',
  ],
  compareVersions,
  list,
  candidates,
  stampPaths: [
    '/var/lib/rpm/rpmdb.sqlite',
    '/var/lib/rpm/rpmdb.sqlite-wal',
    '/usr/lib/sysimage/rpm/rpmdb.sqlite',
    '/usr/lib/sysimage/rpm/rpmdb.sqlite-wal',
    '/var/lib/rpm/Packages',
    '/var/lib/rpm/Packages.db',
    '/var/cache/dnf',
    '/etc/dnf/dnf.conf',
    '/etc/dnf/plugins',
    '/etc/yum.repos.d',
  ],
  listsUpdatedPaths: ['/var/cache/dnf'],
};
