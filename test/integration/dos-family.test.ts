// A DOS machine's disk made for real on a loop device, by the operations of its layout, and read back.
import assert from 'node:assert/strict';
import { mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import { osFamilies } from '../../partition-specs/os-families/all.ts';
import { planLayout } from '../../partition-specs/plan-layout.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import { disk, machine } from '../../partition-specs/testing/disk.ts';
import { verifyTable } from '../../partition-specs/verify-table.ts';

const SIZE_BYTES = 900 * 1024 ** 2;
const family = osFamilies.get('dos') ?? assert.fail('no family');

async function output(...argv: Argv): Promise<string> {
  return (await runCommand(argv)).stdout;
}

/** A sparse file behind a loop device, both gone after the test. */
async function loopDisk(cleanup: AsyncDisposableStack, sectorBytes: number): Promise<{ path: string; file: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'dos-test-'));
  cleanup.defer(() => rm(directory, { recursive: true }));
  const file = join(directory, 'disk.img');
  await writeFile(file, '');
  await truncate(file, SIZE_BYTES);
  const path = (await output('losetup', '--find', '--show', '--sector-size', String(sectorBytes), file)).trim();
  cleanup.defer(async () => {
    await runCommand(['partx', '--delete', '--nr', '1:16', path], { okExitCodes: [0, 1] });
    await runCommand(['losetup', '--detach', path]);
  });
  return { path, file };
}

const cases: { sectorBytes: number; spec: string; versions: string[] }[] = [
  {
    sectorBytes: 512,
    spec: 'hda: (a 100M msdos / label=system) (b 3M msdos) (d 20M msdos) (e 3M msdos) (f rest msdos label=data)',
    versions: ['FAT16', 'FAT12', 'FAT16', 'FAT12', 'FAT32'],
  },
  {
    sectorBytes: 4096,
    spec: 'hda: (a 100M msdos /) (b 14M msdos) (d rest msdos)',
    versions: ['FAT16', 'FAT12', 'FAT32'],
  },
];

for (const { sectorBytes, spec, versions } of cases) {
  test(`sectors of ${sectorBytes}: table as planned, sound FATs, and sfdisk writes the bytes that we would`, async () => {
    await using cleanup = new AsyncDisposableStack();
    const { path, file } = await loopDisk(cleanup, sectorBytes);
    const layout = planLayout({
      spec: parsePartitionSpec(spec),
      facts: machine(disk({ path, sizeBytes: SIZE_BYTES, logicalSectorBytes: sectorBytes })),
      bindings: {},
      machineId: '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41',
      family: 'dos',
    });
    for (const { argv, stdin } of family.render(layout).operations) {
      await runCommand(argv, stdin === undefined ? {} : { stdin });
    }
    const [planned = assert.fail('no disk')] = layout.disks;
    assert.deepEqual(verifyTable(planned, await output('sfdisk', '--json', path)), []);
    assert.match(await output('sfdisk', '--activate', path), new RegExp(`^${path}p1$`, 'm'));
    const found: string[] = [];
    for (const { device, content } of planned.partitions.filter(({ role }) => role === undefined)) {
      await runCommand(['fsck.fat', '-n', device]);
      const text = await output('blkid', '--probe', '--output', 'export', device);
      found.push(/^VERSION=(.*)$/m.exec(text)?.[1] ?? 'none');
      assert.equal(/^UUID=(.*)$/m.exec(text)?.[1], content?.uuid);
    }
    assert.deepEqual(found, versions);
    await using image = await open(file);
    for (const { offsetBytes, bytes } of family.renderLabel?.(planned, layout) ?? assert.fail('no label')) {
      const written = Buffer.alloc(bytes.length);
      await image.read(written, 0, bytes.length, offsetBytes);
      assert.equal(written.toString('hex'), Buffer.from(bytes).toString('hex'), `at byte ${offsetBytes}`);
    }
  });
}
