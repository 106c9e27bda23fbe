// Disks with something on them that a careless reader calls empty: whole-disk file systems in front of a boot sector's
// mark, tables of other systems, damaged and foreign GPTs, members of arrays behind a table.
// In: a file to make. Out: the disk, and what a plan must say of it. Never: reads one back itself.
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import { MiB } from '../../lib/bytes.ts';

/** Makes the contents of a sparse file of this size. */
type Make = (file: string, sizeBytes: number) => Promise<void>;

export type CorpusDisk = {
  readonly name: string;
  readonly make: Make;
  /** What every plan for this disk says is on it. */
  readonly says: RegExp;
  readonly sectorBytes?: number;
  /** The kind of group that it is a member of, where it is in one with other disks. */
  readonly group?: RegExp;
};

export const CORPUS_BYTES = 320 * MiB;

const run = async (...argv: Argv): Promise<void> => void (await runCommand(argv));
const tool =
  (...argv: Argv): Make =>
  async (file) =>
    run(...argv, file);
const parted =
  (...words: string[]): Make =>
  async (file) =>
    run('parted', '--script', file, ...words);
const sfdisk =
  (script: string): Make =>
  async (file) =>
    void (await runCommand(['sfdisk', '--quiet', '--wipe=never', file], { stdin: script }));

/** What a system writes that sees other sectors. */
const withSectors =
  (sectorBytes: number, make: Make): Make =>
  async (file, sizeBytes) => {
    const argv: Argv = ['losetup', '--find', '--show', '--sector-size', String(sectorBytes), file];
    const path = (await runCommand(argv)).stdout.trim();
    try {
      await make(path, sizeBytes);
    } finally {
      await run('losetup', '--detach', path);
    }
  };

/** Bytes at a place; a negative one counts from the end. */
const bytes =
  (at: number, content: Uint8Array | string): Make =>
  async (file, sizeBytes) => {
    await using handle = await open(file, 'r+');
    await write(handle, at < 0 ? sizeBytes + at : at, content);
  };

async function write(handle: FileHandle, offset: number, content: Uint8Array | string): Promise<void> {
  const data = typeof content === 'string' ? Buffer.from(content, 'latin1') : content;
  await handle.write(data, 0, data.length, offset);
}

const both =
  (...steps: Make[]): Make =>
  async (file, sizeBytes) => {
    for (const step of steps) await step(file, sizeBytes);
  };

/** The end of every boot sector, which makes sfdisk see a DOS table. */
const mark = bytes(510, '\x55\xaa');
const gpt = sfdisk('label: gpt\nsize=100M\nsize=100M\n');
const dos = sfdisk('label: dos\nsize=100M, type=83\nsize=100M, type=83\n');
const btrfs = tool('mkfs.btrfs', '--quiet');

/** Both headers of a GPT on a disk with sectors of 512 bytes. */
const badHeaders = both(bytes(512 + 40, randomBytes(16)), bytes(-512 + 40, randomBytes(16)));

/** A partition entry of an MBR: type, first sector, sectors. */
function dosEntry(type: number, start: number, size: number): Buffer {
  const entry = Buffer.alloc(16);
  entry[4] = type;
  entry.writeUInt32LE(start, 8);
  entry.writeUInt32LE(size, 12);
  return entry;
}

/** A superblock of md's format 0.90, at the last multiple of 64 KiB that has as much behind it. @see md(4) */
const md090: Make = async (file, sizeBytes) => {
  const block = Buffer.alloc(4096);
  const sizeKiB = sizeBytes / 1024 - 64;
  // Magic, version 0.90.0, words, UUID, time, level 1, size, two disks, number 0, kept, UUID.
  const words = [0xa92b4efc, 0, 90, 0, 0, 0x11223344, 0, 1, sizeKiB, 2, 2, 0, 0, 0x55667788, 0x99aabbcc, 0xddeeff00];
  words.forEach((word, index) => block.writeUInt32LE(word, index * 4));
  await bytes(Math.floor(sizeBytes / 65536) * 65536 - 65536, block)(file, sizeBytes);
};

/** The label of a physical volume of LVM, in sector 1. @see lib/format_text of lvm2: label_header, INITIAL_CRC */
const lvm: Make = async (file, sizeBytes) => {
  const label = Buffer.alloc(512);
  label.write('LABELONE', 0, 'latin1');
  label.writeBigUInt64LE(1n, 8);
  label.writeUInt32LE(32, 20);
  label.write('LVM2 001', 24, 'latin1');
  label.write('abcdefghijklmnopqrstuvwxyz012345', 32, 'latin1');
  // zlib turns every bit over before and after; LVM does neither.
  const inverted = (value: number): number => ~value >>> 0;
  label.writeUInt32LE(inverted(crc32(label.subarray(20), inverted(0xf597a6cf))), 16);
  await bytes(512, label)(file, sizeBytes);
};

/** Uberblocks of the first ZFS label. */
const zfs: Make = async (file) => {
  await using handle = await open(file, 'r+');
  for (let index = 0; index < 8; index += 1) {
    await write(handle, 128 * 1024 + index * 1024, Buffer.from('0cb1ba0000000000', 'hex'));
  }
};

/** A volume header with a slice beside the two that stand for the label and for the disk. */
const sgi = both(parted('mklabel', 'dvh', 'mkpart', 'primary', 'ext2', '20MB', '100MB'));
const wholeDisks: readonly CorpusDisk[] = [
  { name: 'FAT16', make: tool('mkfs.vfat', '-F16'), says: /vfat/ },
  { name: 'FAT32', make: tool('mkfs.vfat', '-F32'), says: /vfat/ },
  { name: 'exFAT', make: tool('mkfs.exfat'), says: /exfat/ },
  { name: 'NTFS', make: tool('mkntfs', '--force', '--quick', '--quiet'), says: /ntfs/ },
  {
    name: 'NTFS with boot code where entries of a table would be',
    make: both(tool('mkntfs', '--force', '--quick', '--quiet'), bytes(84, Buffer.alloc(426, 'BOOTMGR is missing '))),
    says: /ntfs/,
  },
  {
    name: 'a boot sector that only its own system knows',
    make: both(bytes(0, Buffer.from('eb58904d59535953544d', 'hex')), bytes(90, Buffer.alloc(300, 'code')), mark),
    says: /unknown content in the first MiB/,
  },
  { name: 'ext4 with a mark', make: both(tool('mkfs.ext4', '-q'), mark), says: /ext4/ },
  { name: 'btrfs with a mark', make: both(btrfs, mark), says: /btrfs/ },
  { name: 'btrfs with boot code and a mark', make: both(btrfs, bytes(0, randomBytes(440)), mark), says: /btrfs/ },
  { name: 'LVM with a mark', make: both(lvm, mark), says: /LVM2_member/ },
  { name: 'ZFS with a mark', make: both(zfs, mark), says: /zfs_member/, group: /zfs/ },
  { name: 'noise at the beginning', make: bytes(0, randomBytes(4096)), says: /unknown content in the first MiB/ },
  { name: 'a byte at the end', make: bytes(-1, 'x'), says: /unknown content in the last MiB/ },
  {
    name: 'a file system whose table is gone',
    make: async (file) => run('mkfs.ext4', '-q', '-E', `offset=${MiB}`, file, '200M'),
    says: /in free space at sector 2048: ext4/,
  },
];

const foreignTables: readonly CorpusDisk[] = [
  {
    name: 'mac',
    make: parted('mklabel', 'mac', 'mkpart', 'x', 'ext2', '10MB', '100MB'),
    says: /cannot be read \(mac\)/,
  },
  { name: 'amiga', make: parted('mklabel', 'amiga'), says: /unknown content in the first MiB/ },
  { name: 'atari', make: parted('mklabel', 'atari'), says: /unknown content in the first MiB/ },
  {
    name: 'pc98',
    make: parted('mklabel', 'pc98', 'mkpart', 'primary', 'ext2', '10MB', '100MB'),
    says: /unknown content/,
  },
  {
    name: 'BSD in sector 0',
    make: parted('mklabel', 'bsd', 'mkpart', 'ext2', '10MB', '100MB'),
    says: /unknown content/,
  },
  { name: 'AIX', make: bytes(0, Buffer.from('c9c2d4c1', 'hex')), says: /cannot be read \(aix\)/ },
  { name: 'SGI', make: sgi, says: /no known file system, type/ },
  { name: 'Sun', make: sfdisk('label: sun\n1: size=100M, type=83\n'), says: /no known file system, type/ },
];

const guidTables: readonly CorpusDisk[] = [
  { name: 'GPT without its MBR', make: both(gpt, bytes(0, Buffer.alloc(512))), says: /cannot be read \(gpt\)/ },
  { name: 'GPT with bad headers', make: both(gpt, badHeaders), says: /cannot be read \(PMBR\)/ },
  {
    name: 'GPT of a larger disk, cut off',
    make: async (file, sizeBytes) => {
      await run('truncate', `--size=${2 * sizeBytes}`, file);
      await gpt(file, sizeBytes);
      await run('truncate', `--size=${sizeBytes}`, file);
    },
    says: /cannot be read \(PMBR\)/,
  },
  {
    name: 'GPT of a smaller disk',
    make: async (file, sizeBytes) => {
      await run('truncate', `--size=${sizeBytes / 2}`, file);
      await sfdisk('label: gpt\nsize=100M\n')(file, sizeBytes);
      await run('truncate', `--size=${sizeBytes}`, file);
    },
    says: /no known file system, type/,
  },
  { name: 'GPT for sectors of 4096', make: withSectors(4096, sfdisk('label: gpt\nsize=100M\n')), says: /PMBR/ },
  { name: 'GPT for sectors of 512', make: gpt, sectorBytes: 4096, says: /cannot be read \(PMBR\)/ },
  {
    name: 'GPT behind another MBR',
    make: both(gpt, bytes(446, Buffer.concat([dosEntry(0x83, 2048, 204800), Buffer.alloc(48)]))),
    says: /cannot be read \(gpt\)/,
  },
  {
    name: 'hybrid MBR with a partition of its own',
    make: both(gpt, bytes(462, dosEntry(0x07, 450_000, 100_000))),
    says: /cannot be read \(hybrid MBR\)/,
  },
];

const members: readonly CorpusDisk[] = [
  {
    name: 'Intel RAID behind a GPT',
    make: both(gpt, bytes(-1024, 'Intel Raid ISM Cfg Sig. 1.3.00')),
    says: /isw_raid_member/,
    group: /raid/,
  },
  {
    name: 'Promise RAID behind an MBR',
    make: both(dos, bytes(-63 * 512, 'Promise Technology, Inc.')),
    says: /promise_fasttrack_raid_member/,
    group: /raid/,
  },
  { name: 'LSI RAID', make: bytes(-512, '$XIDE$'), says: /lsi_mega_raid_member/, group: /raid/ },
  { name: 'md 0.90 behind an MBR', make: both(dos, md090), says: /linux_raid_member/, group: /raid/ },
  {
    name: 'a mark that no tool knows',
    make: both(dos, bytes(-512, 'ACME RAID')),
    says: /unknown content in the last MiB/,
  },
];

export const diskCorpus: readonly CorpusDisk[] = [...wholeDisks, ...foreignTables, ...guidTables, ...members];
