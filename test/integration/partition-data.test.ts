// Data partitions over reinstallations, with the installer's own disk steps on sparse files as loop devices. The files
// on them are written and read by the kernel; what the tables say is read by sfdisk.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DiskRecord } from '../../contract/disk-record.ts';
import { readRecordedData } from '../../installer/look/read-data.ts';
import { MiB } from '../../lib/bytes.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv, RunCommand } from '../../lib/run-command.ts';
import { renderLinux } from '../../partition-specs/render/linux.ts';
import { install, readSerialDisk } from '../helpers/install-on-disk.ts';
import { loopDisk, output, readLoopDisk, scratchDirectory } from '../helpers/loop-disk.ts';

type Placed = { readonly start: number; readonly size: number; readonly node: string };

async function extentsOf(path: string): Promise<Placed[]> {
  const table = JSON.parse(await output('sfdisk', '--json', path)) as { partitiontable: { partitions: Placed[] } };
  return table.partitiontable.partitions;
}

async function mounted<T>(device: string, directory: string, work: (target: string) => Promise<T>): Promise<T> {
  const target = join(directory, 'mnt');
  await mkdir(target, { recursive: true });
  await runCommand(['mount', device, target]);
  try {
    return await work(target);
  } finally {
    await runCommand(['umount', target]);
  }
}

async function fill(target: string): Promise<void> {
  for (let index = 0; index < 60; index += 1) {
    const bytes = createHash('sha256').update(`file ${index}`).digest();
    await writeFile(join(target, `file-${index}`), Buffer.alloc(1 + index * 3001, bytes));
  }
}

async function hashes(target: string): Promise<string[]> {
  const names = (await readdir(target)).filter((name) => name.startsWith('file-')).sort();
  return Promise.all(
    names.map(
      async (name) =>
        `${name} ${createHash('sha256')
          .update(await readFile(join(target, name)))
          .digest('hex')}`,
    ),
  );
}

const GPT = 'disk0: (a 400M ext4 /) (b 100M swap) (h rest FS /home data)';
const DOS = 'disk0: dos (a 100M ext2 /boot) (d 300M ext4 /) (e 100M swap) (h rest FS /home data)';
const cases: [name: string, first: string, second: string, before: number, after: number][] = [
  ['GPT, the same again', GPT, GPT, 8, 8],
  [
    'GPT, laid out anew',
    GPT,
    'disk0: (c 100M btrfs /var) (h rest FS /home data) (a 300M xfs /)'.replace('100M btrfs', '100M ext3'),
    8,
    8,
  ],
  ['DOS, the same again', DOS, DOS, 7, 7],
  ['DOS, logical partitions renumbered', DOS, 'disk0: (a 100M vfat /efi) (d 380M ext4 /) (h rest FS /home data)', 7, 6],
  ['DOS, primary partitions only', DOS, 'disk0: (a 400M xfs /) (b 90M swap /tmp) (h rest FS /home data)', 7, 5],
];
for (const sectorBytes of [512, 4096]) {
  for (const [index, [name, first, second, before, after]] of cases.entries()) {
    const filesystem = ['ext4', 'xfs', 'btrfs'][index % 3] ?? 'ext4';
    test(`sectors of ${sectorBytes}: ${filesystem} data, ${name}: every file is there, to the sector`, async () => {
      await using cleanup = new AsyncDisposableStack();
      const directory = await scratchDirectory(cleanup);
      const path = await loopDisk(cleanup, directory, { sizeBytes: 1100 * MiB + 12_288, sectorBytes });
      const spec = (text: string) => text.replace('FS', filesystem);
      await assert.rejects(install({ spec: spec(first), path }), /data partition disk0h is not on disk/);
      const made = await install({ spec: spec(first), path, initData: ['h'] });
      assert.deepEqual(made.saved[0]?.data, []);
      await mounted(`${path}p${before}`, directory, fill);
      const files = await mounted(`${path}p${before}`, directory, hashes);
      assert.equal(files.length, 60);
      const place = (await extentsOf(path)).find(({ node }) => node === `${path}p${before}`);

      const again = await install({ spec: spec(second), path });
      const kept = (await extentsOf(path)).find(({ node }) => node === `${path}p${after}`);
      assert.deepEqual([kept?.start, kept?.size], [place?.start, place?.size]);
      assert.deepEqual(await mounted(`${path}p${after}`, directory, hashes), files);
      assert.match(again.lines.join('\n'), /data disk0\/h: unchanged \(SHA-256 superblock/);
      assert.equal(again.saved[0]?.data[0]?.startBytes, (place?.start ?? 0) * sectorBytes);
      await runCommand(['sfdisk', '--verify', path]);
    });
  }
}

test('what contradicts itself is not blank: neither in the table nor outside of it, whatever the consent', async () => {
  await using cleanup = new AsyncDisposableStack();
  const directory = await scratchDirectory(cleanup);
  const path = await loopDisk(cleanup, directory, { sizeBytes: 1100 * MiB, sectorBytes: 512 });
  const [spec, initData] = [GPT.replace('FS', 'xfs'), ['h']];
  await install({ spec, path, initData });
  const { start } = (await extentsOf(path)).find(({ node }) => node === `${path}p8`) ?? assert.fail();
  const other = join(directory, 'ext4.img');
  await runCommand(['truncate', '--size=64M', other]);
  await runCommand(['mkfs.ext4', '-q', other]);
  const seek = `seek=${start / 2 + 1}`;
  await runCommand(['dd', `if=${other}`, `of=${path}`, 'bs=1024', 'skip=1', seek, 'count=1', 'conv=notrunc,fsync']);
  await runCommand(['blockdev', '--flushbufs', path]);
  await assert.rejects(install({ spec, path, initData }), /holds several signatures; it is not touched/);
  await runCommand(['partx', '--delete', '--nr', '1:128', path]);
  await runCommand(['wipefs', '--all', path]);
  await assert.rejects(install({ spec, path, initData }), /in free space at sector 2048: unknown content/);
});

test('a kept partition has the name that it has, whatever signs are in it', async () => {
  await using cleanup = new AsyncDisposableStack();
  const directory = await scratchDirectory(cleanup);
  const path = await loopDisk(cleanup, directory, { sizeBytes: 1100 * MiB, sectorBytes: 512 });
  const spec = GPT.replace('FS', 'ext4');
  await install({ spec, path, initData: ['h'] });
  const name = 'a"b\\c$d`e, size=9';
  await runCommand(['sfdisk', '--part-label', path, '8', name]);
  await install({ spec, path });
  const table = JSON.parse(await output('sfdisk', '--json', path)) as { partitiontable: { partitions: object[] } };
  assert.ok(JSON.stringify(table).includes(JSON.stringify(name)), JSON.stringify(table));
});

test('the kernel has not taken the last table: nothing is wiped by its old names', async () => {
  await using cleanup = new AsyncDisposableStack();
  const directory = await scratchDirectory(cleanup);
  const path = await loopDisk(cleanup, directory, { sizeBytes: 1100 * MiB, sectorBytes: 512 });
  const spec = DOS.replace('FS', 'ext4');
  await install({ spec, path, initData: ['h'] });
  const [, , root, swap, home] = await extentsOf(path);
  assert.ok(root !== undefined && swap !== undefined && home?.node === `${path}p7`);
  const half = Math.floor(root.size / 2) - 4096;
  const dump = await output('sfdisk', '--dump', path);
  const lines = dump.split('\n').filter((line) => !/p[567] :/.test(line));
  for (const [start, size] of [
    [root.start, half],
    [root.start + half + 4096, half],
    [swap.start, swap.size],
    [home.start, home.size],
  ]) {
    lines.push(`start=${start}, size=${size}, type=83`);
  }
  const quiet: Argv = ['sfdisk', '--wipe', 'never', '--no-reread', '--no-tell-kernel', path];
  await runCommand(quiet, { stdin: lines.join('\n') });
  await assert.rejects(install({ spec, path }), /the kernel shows \/dev\/loop\d+p7 where data is kept/);
  await runCommand(['e2fsck', '-f', '-n', `${path}p7`]);
});

test('power fails at any command: the next attempt finds the data by what the server recorded, and ends as planned', async () => {
  await using cleanup = new AsyncDisposableStack();
  const directory = await scratchDirectory(cleanup);
  const path = await loopDisk(cleanup, directory, { sizeBytes: 1100 * MiB, sectorBytes: 512 });
  const specs = [DOS, 'disk0: (a 100M ext4 /boot) (d 380M ext4 /) (h rest FS /home data)'].map((text) =>
    text.replace('FS', 'ext4'),
  );
  await install({ spec: specs[0] ?? '', path, initData: ['h'] });
  const place = (await extentsOf(path)).find(({ node }) => node === `${path}p7`) ?? assert.fail();
  await mounted(`${path}p7`, directory, fill);
  const files = await mounted(`${path}p7`, directory, hashes);
  const server: DiskRecord[] = [];
  let cuts = 0;
  for (let at = 0, cut = true; cut; at += 1) {
    const spec = specs[(at + 1) % 2] ?? '';
    cut = await install({ spec, path, run: cutAt(at, path), saved: server }).then(
      () => false,
      (error: unknown) => {
        assert.match(String(error), /power cut/);
        return true;
      },
    );
    const recorded = await readRecordedData(server.at(-1)?.data ?? [], [await readSerialDisk(path)], runCommand);
    const { layout } = await install({ spec, path, recorded, saved: server });
    const home = layout.disks[0]?.partitions.find(({ letter }) => letter === 'h');
    assert.deepEqual([home?.startSector, home?.sizeSectors], [place.start, place.size]);
    assert.deepEqual(await mounted(home?.device ?? '', directory, hashes), files);
    if (cut) cuts += 1;
  }
  assert.ok(cuts >= 8, `power was cut ${cuts} times`);
});

/** Fails at the command of that number that changes a disk; a table is wrecked, as if its write was cut in two. */
function cutAt(at: number, path: string): RunCommand {
  let count = 0;
  return async (argv, options) => {
    const changes =
      options?.stdin !== undefined ||
      (/wipefs|blkdiscard|mkfs|mkswap|partx/.test(argv[0]) && !argv.includes('--no-act'));
    if (changes && count === at) {
      const zero: Argv = ['dd', 'if=/dev/zero', `of=${path}`, 'bs=512', 'count=1', 'conv=notrunc,fsync'];
      if (argv[0] === 'sfdisk') await runCommand(zero);
      throw new Error('power cut');
    }
    if (changes) count += 1;
    return runCommand(argv, options);
  };
}

test('what writes into kept data by the partition itself is noticed, and ends the installation for good', async () => {
  await using cleanup = new AsyncDisposableStack();
  const directory = await scratchDirectory(cleanup);
  const path = await loopDisk(cleanup, directory, { sizeBytes: 1100 * MiB, sectorBytes: 512 });
  const spec = GPT.replace('FS', 'ext4');
  await install({ spec, path, initData: ['h'] });
  const run: RunCommand = async (argv, options) => {
    const result = await runCommand(argv, options);
    const scribble: Argv = ['dd', 'if=/dev/urandom', `of=${path}p8`, 'bs=512', 'seek=100', 'count=1', 'conv=notrunc'];
    if (argv[0] === 'mkfs.ext4') await runCommand(scribble);
    return result;
  };
  await assert.rejects(install({ spec, path, run }), /data partition disk0\/h is not as it was before: first changed/);
});

for (const sectorBytes of [512, 4096]) {
  test(`sectors of ${sectorBytes}: every file system is made, read back, and found clean by its own checker`, async () => {
    await using cleanup = new AsyncDisposableStack();
    const directory = await scratchDirectory(cleanup);
    const path = await loopDisk(cleanup, directory, { sizeBytes: 2300 * MiB, sectorBytes });
    const spec =
      'disk0: (a 320M ext4 /) (b 60M ext2 /2 label=two) (c 60M ext3 /3) (d 320M xfs /x) (e 280M btrfs /b label=tree) ' +
      '(f 270M vfat /f label=fat) (g 20M msdos /g) (h 64M swap /tmp) (i 8M vfat /small)';
    const commands: string[] = [];
    const run: RunCommand = async (argv, options) => {
      commands.push(argv.join(' '));
      return runCommand(argv, options);
    };
    const { layout } = await install({ spec, path, run, firmware: 'uefi' });
    const [disk = assert.fail()] = layout.disks;
    const found = (await readLoopDisk(path)).partitions.map(({ number, fsType, fsUuid, fsLabel }) => {
      return [number, fsType, fsUuid, fsLabel] as const;
    });
    const expected = disk.partitions.map(({ number, content }) => {
      const type = content?.filesystem === 'msdos' ? 'vfat' : content?.filesystem;
      return [
        number,
        type,
        content?.uuid,
        content?.filesystem === 'vfat' ? content.label?.toUpperCase() : content?.label,
      ] as const;
    });
    const byNumber = <T extends readonly [number, ...unknown[]]>(rows: readonly T[]) =>
      rows.toSorted(([left], [right]) => left - right);
    assert.deepEqual(byNumber(found), byNumber(expected));
    const esp = disk.partitions.find(({ number }) => number === 127);
    assert.deepEqual([esp?.content?.mountPoint, esp?.type], ['/boot/efi', 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b']);
    for (const checker of ['e2fsck -f -n', 'xfs_repair -n', 'btrfs check --readonly', 'fsck.vfat -n']) {
      assert.ok(
        commands.some((command) => command.startsWith(checker)),
        checker,
      );
    }
    assert.match(renderLinux(layout).fstab, /^tmpfs \/tmp tmpfs mode=1777,nosuid,nodev 0 0$/m);
  });
}

test('the entry of a partition that is kept is the same afterwards, as sfdisk reads it', async () => {
  await using cleanup = new AsyncDisposableStack();
  const directory = await scratchDirectory(cleanup);
  const path = await loopDisk(cleanup, directory, { sizeBytes: 1100 * MiB, sectorBytes: 512 });
  const attrs = 'attrs="RequiredPartition LegacyBIOSBootable GUID:60,63"';
  const stdin = `label: gpt\n1: start=2048, size=200M\n2: start=1228800, size=400M, ${attrs}\n`;
  await runCommand(['sfdisk', '--quiet', path], { stdin });
  await runCommand(['partx', '--update', '--nr', '1:2', path]);
  await runCommand(['mkfs.ext4', '-q', '-L', '/home', `${path}p2`]);
  const entry = async () => (await extentsOf(path)).filter(({ start }) => start === 1_228_800);
  const [before] = await entry();
  await install({ spec: 'disk0: (a 300M ext4 /) (b rest ext4 /home data)', path });
  assert.deepEqual(await entry(), [before]);
  assert.match(JSON.stringify(before), /"attrs":"RequiredPartition LegacyBIOSBootable GUID:60,63"/);
});
