// rpm and dnf. In: nothing. Out: their answers to the questions of package-system.ts. Never: runs a program.
import type { PackageSystem } from '../package-system.ts';
import { architectures } from './architectures.ts';
import { broken, isUnmet } from './broken.ts';
import { candidates } from './candidates.ts';
import { compareVersions } from './compare-versions.ts';
import { describe } from './describe.ts';
import { fileContents } from './file-contents.ts';
import { fileOptions } from './file-jobs.ts';
import { files } from './files.ts';
import { inspectFile } from './inspect-file.ts';
import { failureLines } from './failure-lines.ts';
import { download, plan, recover, simulate } from './jobs.ts';
import { list } from './list.ts';
import { rebootReasons } from './reboot-reasons.ts';
import { restore } from './restore.ts';
import { sources } from './sources.ts';

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
  broken,
  isUnmet,
  rebootReasons,
  describe,
  files,
  inspectFile,
  fileContents,
  fileEnding: '.rpm',
  fileOptions,
  architectures,
  simulate,
  plan,
  download,
  restore,
  sources,
  locks: [
    { file: '/var/lib/rpm/.rpm.lock', by: 'kernel' },
    { file: '/usr/lib/sysimage/rpm/.rpm.lock', by: 'kernel' },
    { file: '/var/lib/dnf/rpmdb_lock.pid', by: 'pid' },
    { file: '/var/cache/dnf/metadata_lock.pid', by: 'pid' },
    { file: '/var/cache/dnf/download_lock.pid', by: 'pid' },
  ],
  besideEdited: ['.rpmnew'],
  failureLines,
  recover,
  stampPaths: [
    '/var/lib/rpm/rpmdb.sqlite',
    '/var/lib/rpm/rpmdb.sqlite-wal',
    '/usr/lib/sysimage/rpm/rpmdb.sqlite',
    '/usr/lib/sysimage/rpm/rpmdb.sqlite-wal',
    '/var/lib/rpm/Packages',
    '/var/lib/rpm/Packages.db',
    '/var/cache/dnf',
    '/var/cache/libdnf5/*/repodata',
    '/usr/lib/sysimage/libdnf5/packages.toml',
    '/etc/dnf/versionlock.toml',
    '/etc/dnf/dnf.conf',
    '/etc/dnf/plugins',
    '/etc/yum.repos.d',
  ],
  listFiles: ['/var/cache/dnf/*/repodata/*', '/var/cache/libdnf5/*/repodata/*'],
};
