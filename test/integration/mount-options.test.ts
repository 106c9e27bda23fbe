// The kernel itself says which mount options it takes: every option of the tables, each with each kind of value, on a
// fresh file system, and for a root once more: mounted read-only by the kernel's command line, then remounted by fstab.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { execa } from 'execa';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import { FaultsError } from '../../lib/errors.ts';
import { filesystems } from '../../partition-specs/filesystems/all.ts';
import { linux } from '../../partition-specs/os-families/linux.ts';
import { rootFlagsOf } from '../../partition-specs/render/root-flags.ts';
import { checkSpecSupport } from '../../partition-specs/spec-support.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import { howMany } from '../helpers/how-many.ts';
import { loopDisk, scratchDirectory } from '../helpers/loop-disk.ts';

const MiB = 1024 ** 2;

/** What is tried as the value of every option, besides none. */
const VALUES = 'abc 5 -1 99999999999';
const VALUES_OF: Readonly<Record<string, string>> = {
  ext2: 'remount-ro 33',
  ext3: 'remount-ro journal',
  ext4: 'remount-ro journal abort inode aquota.user 33',
  xfs: '64k 65k always 256k 9',
  btrfs: 'zlib:9 zstd:16 sync v1 v2 bug',
  tmpfs: '50% 1.5G 1777 999 local bind:0 within_size root',
};
/** Together with others. */
const SETS: Readonly<Record<string, string>> = {
  ext4:
    'delalloc,data=journal dioread_nolock,data=journal nodelalloc,data=journal ro,noload,data=ordered ro,noload,commit=7 ' +
    'ro,noload journal_async_commit,data=writeback journal_async_commit,data=ordered usrjquota=aquota.user,jqfmt=vfsv1 ' +
    'ro,data=journal ro,commit=5 _netdev,nosymfollow',
  xfs: 'ro,norecovery sunit=8,swidth=16 noatime,nodiratime',
  btrfs: 'ro,norecovery compress=zstd,nodatacow',
  tmpfs: 'size=1G,nr_blocks=5 _netdev,nosymfollow',
};

function isAccepted(text: string): boolean {
  try {
    checkSpecSupport({ spec: parsePartitionSpec(text) });
    return true;
  } catch (error) {
    if (error instanceof FaultsError) return false;
    throw error;
  }
}

/** What mount(8) takes and PARTITION does not, by a decision: numbers out of all bounds, and what does nothing. */
const STRICTER =
  /^(?:comment|noload|norecovery|dioread_nolock,data=journal)$|^(?:barrier|auto_da_alloc|logbufs|logbsize|compress|compress-force|max_inline|subvolid|max_batch_time|min_batch_time|resuid|resgid)=|=99999999999$/;
/** What this computer's kernel may lack, and Debian's has; a subvolume is made by the installer. */
const NOT_HERE = /quota|qnoenforce|huge=|mpol=|inode(?:32|64)$|^subvol=/;
/** A number that the kernel rounds by itself, at a mount and at a remount differently. */
const ROUNDED = /^stripe=/;

/** Many mounts of each: the last three in the long run only. */
const NAMES = ['ext4', 'xfs', 'ext2', 'ext3', 'btrfs'];
const tables = [
  ...NAMES.slice(0, howMany({ few: 2, all: NAMES.length })).map((name) => ({
    name,
    table: filesystems.get(name)?.mountOptions,
  })),
  { name: 'tmpfs', table: linux.memoryOptions },
];

for (const { name, table } of tables) {
  test(`${name}: what is accepted, the kernel takes, also as the root's; what mount refuses is refused`, async () => {
    await using cleanup = new AsyncDisposableStack();
    const directory = await scratchDirectory(cleanup);
    const target = join(directory, 'target');
    await mkdir(target);
    const device =
      name === 'tmpfs' ? 'tmpfs' : await loopDisk(cleanup, directory, { sizeBytes: 400 * MiB, sectorBytes: 512 });
    if (name !== 'tmpfs') await runCommand(makeArgv(name, device));
    const inside = await mountNamespace(cleanup);
    const mount = async (options: string) => {
      const argv = inside('mount', '-t', name, '-o', options, device, target);
      return (await runCommand(argv, { okExitCodes: [0, 1, 32] })).exitCode === 0;
    };
    const umount = () => runCommand(inside('umount', target));
    const wrong: string[] = [];
    for (const option of candidates(name, [...(table ?? new Map<string, unknown>()).keys()])) {
      const accepted = isAccepted(specOf(name, option));
      const taken = await mount(option);
      const wanted = await shownOptions(inside, target);
      if (taken) await umount();
      if (accepted && !taken && !NOT_HERE.test(option)) wrong.push(`${option} is accepted, mount refuses it`);
      if (!accepted && taken && !STRICTER.test(option)) wrong.push(`${option} is refused, mount takes it`);
      const isRootable = name !== 'tmpfs' && !ROUNDED.test(option) && isAccepted(`disk0: (a rest ${name} / ${option})`);
      if (!taken || !isRootable) continue;
      const problem = await asRoot({ name, option, wanted, mount, target, inside });
      if (problem !== undefined) wrong.push(problem);
      await runCommand(inside('umount', target), { okExitCodes: [0, 32] });
    }
    assert.deepEqual(wrong, []);
  });
}

function makeArgv(name: string, device: string): Argv {
  if (name === 'xfs') return ['mkfs.xfs', '-q', '-f', device];
  return name === 'btrfs' ? ['mkfs.btrfs', '-q', '--force', device] : [`mkfs.${name}`, '-q', '-F', device];
}

function candidates(name: string, names: readonly string[]): string[] {
  const values = `${VALUES} ${VALUES_OF[name] ?? ''}`.split(' ').filter(Boolean);
  // What the kernel takes for every file system needs no values, and one file system to try.
  const generic =
    name !== 'ext4' ? [] : [...linux.mountOptions.keys()].filter((option) => !['noauto', 'auto'].includes(option));
  return [
    ...generic,
    ...names.flatMap((option) => [
      ...(option === 'data' ? [] : [option]),
      ...values.map((value) => `${option}=${value}`),
    ]),
    ...(SETS[name] ?? '').split(' ').filter(Boolean),
  ];
}

function specOf(name: string, options: string): string {
  if (name === 'tmpfs') return `disk0: (a 9G ext4 /) (b 1G swap /tmp ${options})`;
  return `disk0: (a 9G ext4 /) (b 9G ${name} /srv ${options})`;
}

/** First as the kernel mounts it, then as fstab does: nothing may be refused, and what it shows is what was asked. */
async function asRoot({ name, option, wanted, mount, target, inside }: Rooted): Promise<string | undefined> {
  const options = option.split(',');
  const flags = rootFlagsOf({ filesystem: name, uuid: '', options }).map((flag) => flag.slice('rootflags='.length));
  if (!(await mount(['ro', ...flags].join(',')))) return `${option} as a root: rootflags=${flags.join()} are refused`;
  const words = ['remount', ...(options.includes('ro') ? [] : ['rw']), option];
  const remount = inside('mount', '-o', words.join(','), target);
  const { exitCode } = await runCommand(remount, { okExitCodes: [0, 1, 32] });
  if (exitCode !== 0) return `${option} as a root: the remount is refused`;
  const shown = await shownOptions(inside, target);
  return shown === wanted ? undefined : `${option} as a root: shown as ${shown}, not ${wanted}`;
}

type Rooted = {
  readonly name: string;
  readonly option: string;
  /** What is shown after a mount with it. */
  readonly wanted: string;
  readonly mount: (options: string) => Promise<boolean>;
  readonly target: string;
  readonly inside: Inside;
};

/** The argv that runs a program in the namespace. */
type Inside = (...argv: Argv) => Argv;

/**
 * Mounts that nobody else sees: a namespace that another program makes meanwhile would have a copy of them, and the file
 * system would stay mounted there after its umount here.
 */
async function mountNamespace(cleanup: AsyncDisposableStack): Promise<Inside> {
  const holder = execa('unshare', ['-m', '--propagation', 'private', 'sh', '-c', 'echo ready; exec cat']);
  cleanup.defer(async () => {
    holder.stdin.end();
    await holder;
  });
  await once(holder.stdout, 'data');
  return (...argv) => ['nsenter', '-t', String(holder.pid), '-m', ...argv];
}

async function shownOptions(inside: Inside, target: string): Promise<string> {
  const lines = (await runCommand(inside('cat', '/proc/self/mounts'))).stdout.split('\n');
  return lines.find((line) => line.split(' ')[1] === target)?.split(' ')[3] ?? '';
}
