import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultsError } from '../lib/errors.ts';
import { optionTable, optionValueProblem } from './option-table.ts';
import { planLayout } from './plan-layout.ts';
import { renderLinux } from './render/linux.ts';
import { checkSpecSupport } from './spec-support.ts';
import { parsePartitionSpec } from './spec.ts';
import { disk, machine } from './testing/disk.ts';

const plan = (text: string) =>
  planLayout({
    spec: parsePartitionSpec(text),
    facts: machine(disk({ sizeBytes: 64 * 1024 ** 3 })),
    bindings: {},
    machineId: '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41',
  });

/** A root, or a file system beside one, with options. */
const asked = (filesystem: string, options: string, mountPoint = '/srv') =>
  mountPoint === '/'
    ? `disk0: (a rest ${filesystem} / ${options})`
    : `disk0: (a 9G ext4 /) (b 9G ${filesystem} ${mountPoint} ${options})`;

function faultsOf(text: string): string[] {
  try {
    plan(text);
    return [];
  } catch (error) {
    assert.ok(error instanceof FaultsError, String(error));
    return error.faults.map(({ message }) => message);
  }
}

const table = optionTable('flag number=NUMBER some=2..8 word=a|b may[=c] mode=OCTAL power=POWER size=SIZE|PERCENT');
const values: [option: string, problem: RegExp | undefined][] = [
  ['flag', undefined],
  ['flag=1', /'flag=1': flag takes no value/],
  ['number=5', undefined],
  ['number', /'number' needs a value: a number/],
  ['number=', /number takes a number/],
  ['number=-1', /number takes a number/],
  ['number=99999999999', /number takes a number/],
  ['some=8', undefined],
  ['some=9', /some takes a number from 2 to 8/],
  ['word=b', undefined],
  ['word=c', /word takes a or b/],
  ['may', undefined],
  ['may=c', undefined],
  ['may=d', /may takes c/],
  ['mode=1777', undefined],
  ['mode=999', /an octal mode/],
  ['power=32', undefined],
  ['power=33', /a power of two/],
  ['size=50%', undefined],
  ['size=512m', undefined],
  ['size=1.5G', /a size such as 512M or a percentage/],
  ['size=99999999999999999999T', /a size such as 512M/],
];
for (const [option, problem] of values) {
  test(`${option}: ${problem === undefined ? 'taken' : 'refused'}`, () => {
    const found = optionValueProblem(option, table);
    if (problem === undefined) assert.equal(found, undefined);
    else assert.match(found ?? '', problem);
  });
}

const taken: string[] = [
  asked('ext4', '_netdev,nosymfollow'),
  asked('swap', 'size=50%', '/tmp'),
  asked('swap', 'size=2g,mode=1777,nr_inodes=10k,huge=within_size', '/tmp'),
  asked('xfs', 'ro,norecovery'),
  asked('ext4', 'ro,noload'),
  asked('ext4', 'data=writeback,journal_async_commit,commit=30'),
  asked('ext4', 'usrjquota=aquota.user,jqfmt=vfsv1'),
  asked('btrfs', 'compress=zstd:3,discard=async'),
  asked('vfat', 'uid=1000,umask=0077,shortname=mixed,utf8'),
  asked('vfat', 'utf8=true,nonumtail=no,uni_xlate=1,iocharset=iso8859-15,codepage=850'),
  asked('ext4', 'X-mount.mkdir=0755,X-fstrim.notrim,comment=scratch,rslave'),
  asked('ext4', 'nobh,noreservation,prefetch_block_bitmaps,mb_optimize_scan=0'),
  asked('ext4', 'noatime, nodev , discard,'),
  asked('xfs', 'logbsize=32K'),
  asked('btrfs', 'max_inline=2k,subvolid=5'),
  asked('btrfs', 'subvol=/,subvolid=5'),
];
for (const text of taken) test(`taken: ${text}`, () => assert.deepEqual(faultsOf(text), []));

test('taken: options of an ntfs that is kept', () => {
  const text = 'disk0: (a 9G ext4 /) (c 9G ntfs /win data,nls=utf8,noacl,nosparse,uid=1000,umask=0022)';
  assert.doesNotThrow(() => checkSpecSupport({ spec: parsePartitionSpec(text) }));
});

const refused: [text: string, message: RegExp][] = [
  [asked('ext4', 'commit=abc', '/'), /^'commit=abc': commit takes a number from 0 to 2147483 \(ext4 on linux\)$/],
  [asked('ext4', 'noatime=1'), /noatime takes no value/],
  [asked('ext4', 'commit=30000000'), /commit takes a number from 0 to 2147483/],
  [asked('vfat', 'iocharset=utf-8'), /iocharset takes a table of letters of the kernel, such as utf8/],
  [asked('vfat', 'codepage=1'), /codepage takes 437/],
  [asked('xfs', 'logbsize=512k'), /logbsize takes a power of two from 16k to 256k/],
  [asked('btrfs', 'max_inline=1m'), /max_inline takes a size from 0 to 4096/],
  [asked('btrfs', 'subvol=@,subvolid=5'), /'subvol=@' and 'subvolid=5' name different subvolumes/],
  [asked('ext2', 'data=journal'), /'data=journal' is not a mount option of ext2/],
  [asked('ext3', 'journal_checksum'), /is not a mount option of ext3/],
  [asked('ext4', 'dax'), /'dax' needs a value: inode or never/],
  [asked('ext4', 'noload'), /'noload' is taken only together with ro/],
  [asked('ext4', 'ro,noload,data=ordered'), /'data=ordered' is about the journal, which 'noload' leaves alone/],
  [asked('ext4', 'delalloc,data=journal'), /'delalloc' and 'data=journal' exclude each other/],
  [asked('ext4', 'dioread_nolock,data=journal'), /exclude each other/],
  [asked('ext4', 'journal_async_commit'), /needs data=writeback or data=journal/],
  [asked('ext4', 'usrjquota=aquota.user'), /'usrjquota=aquota.user' needs jqfmt=/],
  [asked('xfs', 'norecovery'), /only together with ro/],
  [asked('xfs', 'logbufs=9'), /logbufs takes a number from 2 to 8/],
  [asked('xfs', 'allocsize=65k'), /a power of two from 4k to 1g/],
  [asked('btrfs', 'compress=zstd:16'), /compress takes no, none, lzo/],
  [asked('btrfs', 'space_cache'), /'space_cache' needs a value: v2/],
  [asked('btrfs', 'subvolid=256'), /a new file system has no subvolume with a number/],
  [asked('swap', 'size=1.5G', '/tmp'), /a size such as 512M/],
  [asked('swap', 'noswap', '/tmp'), /'noswap' is not a mount option of a file system in memory/],
  [asked('ext3', 'data=journal', '/'), /cannot remount an ext3 with it for writing/],
  [asked('xfs', 'ro,norecovery', '/'), /the system writes to it while it starts/],
  [asked('ext4', 'nosymfollow', '/'), /the system starts through symbolic links/],
  ['disk0: (a rest ext4 /) (b 1G swap pri=40000)', /pri takes a number from -1 to 32767/],
  ['disk0: (a rest ext4 /) (b 1G swap none sw)', /^'none' is not a mount option: .* leave it out$/],
  ['disk0: (a rest ext4 /) (b 1G swap discard=sync)', /discard takes once or pages/],
];
for (const [text, message] of refused) {
  test(`refused: ${text}`, () => {
    const faults = faultsOf(text);
    assert.equal(faults.length, 1, faults.join('\n'));
    assert.match(faults[0] ?? '', message);
  });
}

const commandLines: [text: string, flags: string[]][] = [
  [asked('ext4', '', '/'), []],
  [asked('ext4', 'noatime,data=journal,commit=30', '/'), ['rootflags=data=journal']],
  [asked('xfs', 'noatime,logbufs=8,inode32,usrquota', '/'), ['rootflags=logbufs=8,usrquota']],
  [asked('ext4', 'dirsync', '/'), ['rootflags=dirsync']],
  [asked('ext4', 'data=journal'), []],
];
for (const [text, flags] of commandLines) {
  test(`the kernel mounts the root of ${text} with ${flags.join(' ') || 'nothing more'}`, () => {
    const { root, rootArguments, files } = renderLinux(plan(text));
    assert.deepEqual(rootArguments, [`root=${root}`, ...flags]);
    const defaults = files.find(({ path }) => path.startsWith('/etc/default/grub.d/'))?.text;
    assert.equal(defaults?.split('\n')[1], flags[0] && `GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX ${flags[0]}"`);
  });
}

test('while it is installed, nothing is mounted so that it cannot be written, or by tables that the ramdisk lacks', () => {
  const text =
    'disk0: (a 9G ext4 / ro,noatime) (b 9G xfs /srv ro,norecovery) (c 1G vfat /f codepage=850,umask=077,_netdev,X-mount.mkdir,private)';
  assert.deepEqual(
    renderLinux(plan(text)).mounts.map(({ options }) => options),
    ['noatime,errors=remount-ro', 'umask=077', 'defaults'],
  );
});
