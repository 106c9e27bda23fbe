// dpkg and apt, of Debian and its relatives. In: nothing. Out: their answers to the questions of package-system.ts.
// Never: runs a program, or reads what is printed for people where there is a format for programs.
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

export const dpkg: PackageSystem = {
  name: 'dpkg',
  databases: ['/var/lib/dpkg/status'],
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
  fileEnding: '.deb',
  fileOptions,
  architectures,
  simulate,
  plan,
  download,
  restore,
  sources,
  locks: [
    '/var/lib/dpkg/lock-frontend',
    '/var/lib/dpkg/lock',
    '/var/lib/apt/lists/lock',
    '/var/cache/apt/archives/lock',
    // A script fails when it cannot ask what was answered before, and a dialog in somebody's terminal has it.
    '/var/cache/debconf/config.dat',
  ].map((file) => ({ file, by: 'kernel' })),
  besideEdited: ['.dpkg-dist', '.ucf-dist'],
  failureLines,
  recover,
  stampPaths: [
    '/var/lib/dpkg/status',
    '/var/lib/dpkg/updates',
    '/var/lib/apt/lists',
    '/var/lib/apt/extended_states',
    '/etc/apt/apt.conf',
    '/etc/apt/apt.conf.d',
    '/etc/apt/preferences',
    '/etc/apt/preferences.d',
    '/etc/apt/sources.list',
    '/etc/apt/sources.list.d',
  ],
  listFiles: [
    '/var/lib/apt/lists/*Release',
    '/var/lib/apt/lists/*_Packages*',
    '/var/lib/apt/periodic/update-stamp',
    '/var/lib/apt/periodic/update-success-stamp',
  ],
};
