// The operations of a layout, run for real on sparse files as loop devices, and read back by tools that took no part.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, statfs, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import type { DiskFacts } from '../../partition-specs/disk-facts.ts';
import * as probes from '../../partition-specs/disk-probes.ts';
import { diskFactsFromTools } from '../../partition-specs/facts-from-tools.ts';
import type { Layout } from '../../partition-specs/layout.ts';
import { planLayout } from '../../partition-specs/plan-layout.ts';
import { renderLinux } from '../../partition-specs/render/linux.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import { verifyTable } from '../../partition-specs/verify-table.ts';

const MiB = 1024 ** 2;
const machineId = '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41';

async function output(...argv: Argv): Promise<string> {
  return (await runCommand(argv)).stdout;
}

async function scratchDirectory(cleanup: AsyncDisposableStack): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'partition-test-'));
  cleanup.defer(() => rm(directory, { recursive: true }));
  return directory;
}

/** A sparse file behind a loop device, both gone after the test. */
async function loopDisk(
  cleanup: AsyncDisposableStack,
  directory: string,
  shape: { sizeBytes: number; sectorBytes: number },
) {
  const file = join(directory, `disk-${shape.sectorBytes}.img`);
  await writeFile(file, '');
  await truncate(file, shape.sizeBytes);
  const argv: Argv = ['losetup', '--find', '--show', '--sector-size', String(shape.sectorBytes), file];
  const path = (await output(...argv)).trim();
  cleanup.defer(async () => {
    await runCommand(['partx', '--delete', '--nr', '1:128', path], { okExitCodes: [0, 1] });
    await runCommand(['losetup', '--detach', path]);
  });
  return path;
}

/** As the installer reads it; the loop device passes for a disk. */
async function readDisk(path: string): Promise<DiskFacts> {
  const lsblk = await output(...(probes.lsblkArgv.concat(path) as [string, ...string[]]));
  const tableText = (await runCommand(probes.tableArgv(path), { okExitCodes: probes.tableOkExitCodes })).stdout;
  const table = tableText === '' ? undefined : tableText;
  const signatures: Record<string, string> = {};
  for (const probe of probes.signatureProbes(path, table)) {
    signatures[probe.path] = (await runCommand(probe.argv, { okExitCodes: probes.signatureOkExitCodes })).stdout;
  }
  const probed = { ...(table === undefined ? {} : { table }), sysfs: {}, signatures };
  const [facts = assert.fail('no disk')] = diskFactsFromTools({ lsblk, probes: { [path]: probed } });
  return { ...facts, kind: 'disk' };
}

function plan(text: string, ...disks: DiskFacts[]): Layout {
  const facts = { firmware: 'bios' as const, memoryBytes: 1024 * MiB, macs: [], stacks: [], disks };
  return planLayout({ spec: parsePartitionSpec(text), facts, bindings: {}, machineId });
}

async function apply(layout: Layout): Promise<void> {
  for (const { argv, stdin } of renderLinux(layout).operations) {
    await runCommand(argv, stdin === undefined ? {} : { stdin });
  }
}

async function tableDifferences(layout: Layout): Promise<string[]> {
  const [disk = assert.fail('no disk')] = layout.disks;
  return verifyTable(disk, await output(...probes.tableArgv(disk.hardware.path)));
}

/** What `blkid` finds on a node, by its own reading of the superblock. */
async function signatureOf(node: string): Promise<string[]> {
  const text = await output(
    'blkid',
    '--probe',
    '--output',
    'export',
    '--match-tag',
    'TYPE',
    '--match-tag',
    'UUID',
    node,
  );
  return text
    .trim()
    .split('\n')
    .filter((line) => /^(TYPE|UUID)=/.test(line))
    .sort();
}

for (const sectorBytes of [512, 4096]) {
  test(`sectors of ${sectorBytes}: written, read back as planned, file systems sound and mountable`, async () => {
    await using cleanup = new AsyncDisposableStack();
    const directory = await scratchDirectory(cleanup);
    const path = await loopDisk(cleanup, directory, { sizeBytes: 700 * MiB + 12_288, sectorBytes });
    const spec = 'disk0: (a 200M ext4 /) (b 64M swap pri=5) (h 20% ext4 /var noatime,nodev) (c rest ext4 /var/lib)';
    const layout = plan(spec, await readDisk(path));
    await apply(layout);
    assert.deepEqual(await tableDifferences(layout), []);
    await runCommand(['sfdisk', '--verify', path]);

    const { mounts, swaps, rootUuid, fstab } = renderLinux(layout);
    assert.deepEqual(
      mounts.map(({ mountPoint }) => mountPoint),
      ['/', '/var', '/var/lib'],
    );
    for (const { device } of mounts) await runCommand(['e2fsck', '-f', '-n', device]);
    assert.deepEqual(await signatureOf(`${path}p1`), ['TYPE=ext4', `UUID=${rootUuid}`]);
    assert.deepEqual(swaps, [`${path}p2`]);
    const uuids = [...fstab.matchAll(/^UUID=(\S+) \S+ (\S+) /gm)].map(([, uuid, type]) => [
      `TYPE=${type}`,
      `UUID=${uuid}`,
    ]);
    const nodes = [...mounts.map(({ device }) => device), ...swaps];
    assert.deepEqual(uuids, await Promise.all(nodes.map(signatureOf)));
    await mountAll(cleanup, join(directory, 'target'), mounts);
    await writeFile(join(directory, 'fstab'), fstab);
    assert.match(await output('findmnt', '--tab-file', join(directory, 'fstab'), '--noheadings', '--raw'), /^\/ UUID=/);
  });

  test(`sectors of ${sectorBytes}: a second layout replaces the first, and nothing of the first comes back`, async () => {
    await using cleanup = new AsyncDisposableStack();
    const path = await loopDisk(cleanup, await scratchDirectory(cleanup), { sizeBytes: 300 * MiB, sectorBytes });
    const first = plan('disk0: (a 100M ext4 /) (b 100M swap) (c rest ext4 /home)', await readDisk(path));
    await apply(first);
    const second = plan('disk0: (a 50M ext4 /) (b rest ext4 /srv)', await readDisk(path));
    assert.deepEqual(
      second.disks[0]?.found.map(({ verdict, path: node, evidence }) => `${verdict} ${node} ${evidence}`),
      [
        `DELETE ${path}p1 ext4, labelled '/', named 'disk0-a', 100 MiB`,
        `DELETE ${path}p2 swap, named 'disk0-b', 100 MiB`,
        `DELETE ${path}p3 ext4, labelled '/home', named 'disk0-c', 97.0 MiB`,
        `DELETE ${path}p128 no known file system, named 'bios-boot', type 21686148-6449-6e6f-744e-656564454649, 1.00 MiB`,
      ],
    );
    await apply(second);
    assert.deepEqual(await tableDifferences(second), []);
    const after = await readDisk(path);
    assert.deepEqual(
      after.partitions.map(({ path: node, fsType, fsLabel }) => [node, fsType, fsLabel]),
      [
        [`${path}p1`, 'ext4', '/'],
        [`${path}p2`, 'ext4', '/srv'],
        [`${path}p128`, undefined, undefined],
      ],
    );
  });
}

test('a disk in use is left alone: the first operation fails', async () => {
  await using cleanup = new AsyncDisposableStack();
  const directory = await scratchDirectory(cleanup);
  const path = await loopDisk(cleanup, directory, { sizeBytes: 100 * MiB, sectorBytes: 512 });
  const layout = plan('disk0: (a rest ext4 /)', await readDisk(path));
  await apply(layout);
  const before = await readFile(join(directory, 'disk-512.img'));
  const again = plan('disk0: (a 50M ext4 /)', await readDisk(path));
  await mountAll(cleanup, join(directory, 'target'), [{ ...renderLinux(layout).mounts[0]!, options: 'ro,noload' }]);
  assert.deepEqual((await readDisk(path)).partitions[0]?.mountpoints, [join(directory, 'target')]);
  await assert.rejects(apply(again), /wipefs --all .*p1: exit code/);
  assert.ok(before.equals(await readFile(join(directory, 'disk-512.img'))));
});

async function mountAll(
  cleanup: AsyncDisposableStack,
  target: string,
  mounts: ReturnType<typeof renderLinux>['mounts'],
): Promise<void> {
  await mkdir(target);
  cleanup.defer(async () => void (await runCommand(['umount', '--recursive', target])));
  for (const { device, mountPoint, fsType, options } of mounts) {
    const place = join(target, mountPoint);
    await mkdir(place, { recursive: true });
    await runCommand(['mount', '-t', fsType, '-o', options, device, place]);
    assert.ok((await statfs(place)).blocks > 0);
  }
}
