// Tables are saved, destroyed and put back on sparse files as loop devices; sfdisk and blkid say whether all is as before.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { DiskRecord, StoredDiskRecord } from '../../contract/disk-record.ts';
import { readFacts } from '../../installer/look/read-facts.ts';
import { readSavedDisks } from '../../installer/apply/save-disks.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';

const MiB = 1024 ** 2;
const gutinteg = [
  join(import.meta.dirname, '../../bin/node'),
  join(import.meta.dirname, '../../bin/gutinteg.ts'),
] as const;

const run = async (...argv: Argv): Promise<string> => (await runCommand(argv)).stdout;

type Lab = { readonly path: string; readonly dir: string; readonly file: string; readonly record: string };

/** A sparse file behind a loop device, both gone after the test. */
async function withDisk(
  { sectorBytes = 512, sizeBytes = 1200 * MiB },
  use: (lab: Lab) => Promise<void>,
): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), 'partition-restore-'));
  cleanup.defer(() => rm(dir, { recursive: true }));
  const file = join(dir, 'disk.img');
  await writeFile(file, '');
  await truncate(file, sizeBytes);
  const path = (await run('losetup', '--find', '--show', '--sector-size', String(sectorBytes), file)).trim();
  cleanup.defer(async () => {
    await runCommand(['partx', '--delete', '--nr', '1:128', path], { okExitCodes: [0, 1] });
    await run('losetup', '--detach', path);
  });
  await use({ path, dir, file, record: join(dir, 'record.json') });
}

async function writeTable(path: string, script: string): Promise<void> {
  await runCommand(['partx', '--delete', '--nr', '1:128', path], { okExitCodes: [0, 1] });
  await runCommand(['sfdisk', '--wipe', 'always', '--wipe-partitions', 'always', '--no-reread', path], {
    stdin: script,
  });
  await runCommand(['partx', '--update', '--nr', '1:128', path]);
}

/** As the installer saves it, and as the server keeps it. */
async function saveRecord({ path, record }: Lab): Promise<DiskRecord> {
  const disks = (await readFacts(runCommand)).disks.filter((disk) => disk.path === path);
  const saved = { disks: await readSavedDisks(disks, runCommand), data: [] };
  const stored: StoredDiskRecord = { format: 1, savedAtMs: 1, machineId: null, ...saved };
  await writeFile(record, JSON.stringify(stored));
  return saved;
}

/** What independent programs see: the table, and what is on each partition, by offset so that no kernel's view counts. */
async function seen({ path }: Lab): Promise<string[]> {
  await run('blockdev', '--flushbufs', path);
  const dump = (await runCommand(['sfdisk', '--dump', path], { okExitCodes: [0, 1] })).stdout;
  const sectorBytes = Number(/sector-size: (\d+)/.exec(dump)?.[1] ?? 512);
  const contents: string[] = [];
  for (const [, start, size] of dump.matchAll(/start= *(\d+), size= *(\d+), type=(?!5\b|f\b)/g)) {
    const range = ['--offset', String(Number(start) * sectorBytes), '--size', String(Number(size) * sectorBytes)];
    const argv: Argv = ['blkid', '--probe', '--output', 'export', ...range, path];
    contents.push((await runCommand(argv, { okExitCodes: [0, 2] })).stdout);
  }
  return [dump, ...contents];
}

async function restore({ path, record }: Lab, ...more: string[]) {
  const argv: Argv = [...gutinteg, 'partition', 'restore', record, '--disk', path, '--serial', 'none', ...more];
  return runCommand(argv, { okExitCodes: [0, 1, 2, 3] });
}

const GPT = 'label: gpt\n1: size=100M\n2: size=64M, type=swap\n3: size=350M\n5: size=+\n';
const DOS =
  'label: dos\nlabel-id: 0x11223344\n1: size=100M, type=83, bootable\n2: size=64M, type=82\n3: type=5\n' +
  '5: size=350M, type=83\n6: size=100M, type=83\n7: size=50M, type=83\n';
const OTHER_GPT = 'label: gpt\n1: size=300M\n2: size=+\n';
const OTHER_DOS = 'label: dos\n1: size=300M, type=83\n2: type=5\n5: size=200M, type=83\n6: size=+, type=83\n';

const CASES = [
  { name: 'GPT, replaced by another GPT', table: GPT, other: OTHER_GPT, ext4: [1, 5], xfs: 3 },
  { name: 'GPT, replaced by a DOS label', table: GPT, other: OTHER_DOS, ext4: [1, 5], xfs: 3 },
  { name: 'DOS with logicals, replaced by a GPT', table: DOS, other: OTHER_GPT, ext4: [1, 7], xfs: 5 },
  { name: 'DOS with logicals, replaced by another DOS label', table: DOS, other: OTHER_DOS, ext4: [1, 7], xfs: 5 },
  { name: 'GPT, replaced by nothing', table: GPT, other: undefined, ext4: [1, 5], xfs: 3 },
];

for (const sectorBytes of [512, 4096]) {
  for (const { name, table, other, ext4, xfs } of CASES) {
    test(`sectors of ${sectorBytes}: ${name}`, async () => {
      await withDisk({ sectorBytes }, async (lab) => {
        const { path } = lab;
        await writeTable(path, table);
        for (const number of ext4) await run('mkfs.ext4', '-q', '-F', `${path}p${number}`);
        await run('mkswap', `${path}p2`);
        await run('mkfs.xfs', '-q', '-f', `${path}p${xfs}`);
        const before = await seen(lab);
        assert.equal(before.filter((text) => /TYPE=(ext4|xfs|swap)/.test(text)).length, 4);
        await saveRecord(lab);

        for (const number of [...ext4, 2, xfs]) await run('wipefs', '--all', '--quiet', `${path}p${number}`);
        await run('wipefs', '--all', '--force', '--quiet', path);
        await runCommand(['partx', '--delete', '--nr', '1:128', path], { okExitCodes: [0, 1] });
        if (other !== undefined) await writeTable(path, other);
        const destroyed = await seen(lab);
        assert.notDeepEqual(destroyed, before);

        const dry = await restore(lab, '--dry-run');
        assert.equal(dry.exitCode, 3, dry.stdout + dry.stderr);
        assert.deepEqual(await seen(lab), destroyed, 'a dry run writes nothing');
        const done = await restore(lab);
        assert.equal(done.exitCode, 0, done.stdout + done.stderr);
        assert.deepEqual(await seen(lab), before);
        for (const number of ext4) await run('e2fsck', '-f', '-n', `${path}p${number}`);
        await run('xfs_repair', '-n', `${path}p${xfs}`);
        const again = await restore(lab, '--dry-run');
        assert.equal(again.exitCode, 0);
        assert.match(again.stdout, /nothing differs from what was saved/);
      });
    });
  }
}

test('a file system that has taken the place keeps it, and the restore can be undone', async () => {
  await withDisk({}, async (lab) => {
    const { path } = lab;
    await writeTable(path, GPT);
    await run('mkfs.ext4', '-q', '-F', `${path}p1`);
    await saveRecord(lab);
    await writeTable(path, OTHER_GPT);
    await run('mkfs.xfs', '-q', '-f', `${path}p1`);
    const before = await seen(lab);
    const done = await restore(lab);
    assert.equal(done.exitCode, 0, done.stderr);
    assert.match(done.stdout, /note: ext4 of partition 1 is not put back: its place holds xfs now/);
    assert.match(done.stdout, /To undo it: gutinteg partition restore \S+record\.before-restore\.json/);
    const undo = { ...lab, record: join(lab.dir, 'record.before-restore.json') };
    assert.equal((await restore(undo)).exitCode, 0);
    assert.deepEqual(await seen(lab), before);
    await run('xfs_repair', '-n', `${path}p1`);
    assert.equal((await restore(lab)).exitCode, 0);
    assert.ok((await readdir(lab.dir)).includes('record.before-restore-2.json'));
  });
});

test('what a GPT overwrote at the end of a partition comes back; other contents are not touched', async () => {
  await withDisk({ sizeBytes: 60 * MiB }, async (lab) => {
    const { path, file } = lab;
    await writeTable(path, 'label: dos\n1: start=63, size=20M, type=83\n2: size=+, type=83\n');
    await fill(file, { offsetBytes: 63 * 512, sizeBytes: 2 * MiB });
    await fill(file, { offsetBytes: 59 * MiB, sizeBytes: MiB });
    const before = await readFile(file);
    await saveRecord(lab);
    // Both partitions reach into what is saved. Their owner writes on.
    await fill(file, { offsetBytes: 512 * 1024, sizeBytes: 1024 });
    await fill(file, { offsetBytes: 59 * MiB, sizeBytes: 1024 });
    const later = await readFile(file);
    await run('wipefs', '--all', '--force', '--quiet', path);
    await runCommand(['sfdisk', '--wipe-partitions', 'never', '--no-reread', path], {
      stdin: 'label: gpt\n1: size=30M\n2: size=+\n',
    });
    const done = await restore(lab);
    assert.equal(done.exitCode, 0, done.stdout + done.stderr);
    await run('blockdev', '--flushbufs', path);
    assert.ok(later.equals(await readFile(file)));
    assert.ok(!later.equals(before));
  });
});

test('refused, and nothing written: mounted, mounted without a table, another size, another serial', async () => {
  await withDisk({ sizeBytes: 60 * MiB }, async (lab) => {
    const { path, dir, file, record } = lab;
    await writeTable(path, 'label: gpt\n1: size=40M\n');
    await run('mkfs.ext4', '-q', '-F', `${path}p1`);
    const { disks } = await saveRecord(lab);
    const [disk = assert.fail('nothing was saved')] = disks;
    await using cleanup = new AsyncDisposableStack();
    const target = join(dir, 'target');
    await mkdir(target);
    await run('mount', '-o', 'ro,noload', `${path}p1`, target);
    cleanup.defer(async () => void (await run('umount', target)));
    const refused = async (pattern: RegExp, exitCode: number): Promise<void> => {
      const before = await digest(file);
      const answer = await restore(lab);
      assert.equal(answer.exitCode, exitCode, answer.stdout);
      assert.match(answer.stderr, pattern);
      assert.equal(await digest(file), before);
    };
    await refused(/p1 is mounted on .*target\. Nothing was changed/, 1);
    await run('dd', 'if=/dev/zero', `of=${path}`, 'bs=1M', 'count=1', 'conv=fsync', 'status=none');
    await run('dd', 'if=/dev/zero', `of=${path}`, 'bs=1M', 'seek=59', 'count=1', 'conv=fsync', 'status=none');
    await refused(/is in use: \S+ is mounted on .*target\. Nothing was changed/, 1);
    const write = async (change: object): Promise<void> =>
      writeFile(record, JSON.stringify({ format: 1, savedAtMs: 1, machineId: null, disks: [change], data: [] }));
    await write({ ...disk, serial: 'S3Z9NB0K' });
    await refused(/the record has no disk without serial/, 2);
    await write({ ...disk, logicalSectorBytes: 4096 });
    await refused(/in sectors of 4096, but .* in sectors of 512/, 2);
  });
});

async function fill(
  file: string,
  { offsetBytes, sizeBytes }: { offsetBytes: number; sizeBytes: number },
): Promise<void> {
  await using handle = await open(file, 'r+');
  await handle.write(randomBytes(sizeBytes), 0, sizeBytes, offsetBytes);
  await handle.sync();
}

async function digest(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
}
