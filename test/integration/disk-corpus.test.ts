// What is on a disk is never called empty: disks that tools with other jobs have made, read as the installer reads them.
// Each is a loss in every plan, none is free space for a first data partition, each can be installed on with consent,
// and afterwards blkid, wipefs and mdadm find nothing of it.
import assert from 'node:assert/strict';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { expectBlank } from '../../installer/look/read-data.ts';
import { FaultsError } from '../../lib/errors.ts';
import { MiB } from '../../lib/bytes.ts';
import { runCommand } from '../../lib/run-command.ts';
import type { DiskFacts } from '../../partition-specs/disk-facts.ts';
import { describeLosses, formatLayout } from '../../partition-specs/format-layout.ts';
import { planLayout } from '../../partition-specs/plan-layout.ts';
import { planTeardown } from '../../partition-specs/plan-teardown.ts';
import { parsePartitionSpec } from '../../partition-specs/spec.ts';
import { disk, machine } from '../../partition-specs/testing/disk.ts';
import { CORPUS_BYTES, diskCorpus } from '../helpers/disk-corpus.ts';
import type { CorpusDisk } from '../helpers/disk-corpus.ts';
import { howMany } from '../helpers/how-many.ts';
import { install, LOOP_SERIAL, readSerialDisk } from '../helpers/install-on-disk.ts';
import { loopDiskOf, output, readLoopDisk, scratchDirectory } from '../helpers/loop-disk.ts';
import { unpackedPackage } from '../helpers/unpacked-package.ts';

const PLAIN = 'disk0: (a 200M ext4 /)';
const WITH_DATA = 'disk0: (a 100M ext4 /) (h rest ext4 /home data)';

async function attach(cleanup: AsyncDisposableStack, { make, sectorBytes = 512 }: CorpusDisk): Promise<string> {
  const file = join(await scratchDirectory(cleanup), 'disk.img');
  await writeFile(file, '');
  await truncate(file, CORPUS_BYTES);
  await make(file, CORPUS_BYTES);
  return loopDiskOf(cleanup, file, sectorBytes);
}

function plan(facts: DiskFacts, spec: string, consent: { initData?: string[]; knownEmpty?: string[] } = {}) {
  return planLayout({
    spec: parsePartitionSpec(spec),
    facts: machine(facts),
    bindings: { disk0: `serial:${LOOP_SERIAL}` },
    machineId: '0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41',
    ...consent,
  });
}

/** Every signature of the disk and of its partitions. */
async function signaturesOn(path: string): Promise<string[]> {
  const { partitions } = await readLoopDisk(path);
  const nodes = [path, ...partitions.flatMap((partition) => partition.path ?? [])];
  const types = await Promise.all(
    nodes.map(async (node) => output('wipefs', '--no-act', '--force', '--noheadings', '--output', 'TYPE', node)),
  );
  return [...new Set(types.join('\n').split(/\s+/))].filter((type) => type !== '').sort();
}

/** Every third one is installed on by each run, and all in the long run. */
const installedOn = new Set(diskCorpus.filter((_, index) => index % howMany({ few: 3, all: 1 }) === 0));

for (const sample of diskCorpus) {
  const isInstalledOn = installedOn.has(sample);
  const outcome = isInstalledOn ? ', installed on with consent, and gone' : '';
  test(`${sample.name}: a loss, not free${outcome}`, async () => {
    await using cleanup = new AsyncDisposableStack();
    const path = await attach(cleanup, sample);
    const facts = await readSerialDisk(path);

    const layout = plan(facts, PLAIN);
    assert.match(describeLosses(layout).join('\n'), sample.says);
    assert.doesNotMatch(formatLayout(layout), /no partitions and no file system/);

    assert.throws(
      () => plan(facts, WITH_DATA, { initData: ['h'] }),
      (error) => error instanceof FaultsError && error.exitCode === 2 && sample.says.test(error.message),
    );
    if (sample.group !== undefined) assertTorn(facts, sample.group);
    if (isInstalledOn) await assertGone(path);
  });
}

/** After an installation, no tool finds anything of what was there. */
async function assertGone(path: string): Promise<void> {
  await install({ spec: PLAIN, path });
  assert.deepEqual(await signaturesOn(path), ['PMBR', 'ext4', 'gpt']);
  const mdadm = join(await unpackedPackage('mdadm'), 'sbin/mdadm');
  for (const device of [path, `${path}p1`]) {
    const examined = await runCommand([mdadm, '--examine', device], { okExitCodes: [0, 1] });
    assert.doesNotMatch(examined.stdout, /a92b4efc|Raid|Level|Magic : (?!aa55)/i, examined.stdout);
  }
  assert.match(await output('blkid', '--probe', '--output', 'export', path), /^PTTYPE=gpt$/m);
  // What has been installed on once has nothing unknown any more.
  const { signatures, unknownContent, fsType } = await readSerialDisk(path);
  assert.deepEqual([signatures, unknownContent, fsType], [undefined, undefined, undefined]);
}

/** The other half of a mirror must not be left alone. */
function assertTorn(facts: DiskFacts, kind: RegExp): void {
  const other = { ...facts, path: '/dev/other', serial: 'OTHER' };
  const { faults } = planTeardown({ facts: machine(facts, other), granted: [facts.path], kept: [] });
  const text = faults.map(({ message }) => message).join('\n');
  assert.match(text, kind);
  assert.match(text, /would be torn apart: .* would be written, not so \/dev\/other on serial OTHER/);
}

suite('who knows better says so, for one disk', () => {
  const unknown = diskCorpus.find(({ name }) => name === 'noise at the beginning') ?? assert.fail();

  test('unknown content counts as free then, and the plan says who said it', async () => {
    await using cleanup = new AsyncDisposableStack();
    const path = await attach(cleanup, unknown);
    const { layout } = await install({ spec: WITH_DATA, path, initData: ['h'], knownEmpty: [LOOP_SERIAL] });
    assert.match(layout.notes.join('\n'), /serial LOOP .*unknown content in the first MiB.*--known-empty says so/);
    assert.match(await output('blkid', '--probe', '--match-tag', 'TYPE', `${path}p8`), /TYPE="ext4"/);
  });

  test('not what tools can read, and not another disk', async () => {
    await using cleanup = new AsyncDisposableStack();
    const path = await attach(cleanup, unknown);
    const facts = await readSerialDisk(path);
    const consent = { initData: ['h'], knownEmpty: [LOOP_SERIAL] };
    assert.throws(() => plan({ ...facts, fsType: 'ext4' }, WITH_DATA, consent), /holds ext4/);
    assert.throws(
      () => plan(facts, WITH_DATA, { ...consent, knownEmpty: ['OTHER'] }),
      /unknown content[^]*--known-empty: error: no disk that PARTITION names has the serial number OTHER/,
    );
  });
});

test('what a deleted partition has left is not free space', async () => {
  await using cleanup = new AsyncDisposableStack();
  const make = async (file: string): Promise<void> => {
    // A boot loader's own partition, and behind it, in no partition, what was somebody's.
    const script = `label: gpt\n1: start=2048, size=50M, type=21686148-6449-6E6F-744E-656564454649\n`;
    await runCommand(['sfdisk', '--quiet', file], { stdin: script });
    await runCommand(['dd', 'if=/dev/urandom', `of=${file}`, 'bs=1M', 'seek=100', 'count=10', 'conv=notrunc']);
  };
  const path = await attach(cleanup, { name: '', make, says: /./ });
  const facts = await readSerialDisk(path);
  assert.throws(() => plan(facts, WITH_DATA, { initData: ['h'] }), /in free space at sector 104448: unknown content/);
  // The installer looks for itself: a plan on paper may have been made from facts without it.
  const { freeSpace: _, ...before } = facts;
  const { disks } = plan(before, WITH_DATA, { initData: ['h'] });
  const home = disks[0]?.partitions.find(({ letter }) => letter === 'h') ?? assert.fail();
  const place = { disk: path, startBytes: home.startSector * 512, sizeBytes: home.sizeSectors * 512 };
  await assert.rejects(expectBlank({ ...place, mustBeZero: true }, runCommand), /but unknown content lies there/);
  await expectBlank({ ...place, mustBeZero: false }, runCommand);
});

test('a partition table at the beginning of a new partition does not stay', async () => {
  await using cleanup = new AsyncDisposableStack();
  const make = async (file: string): Promise<void> => {
    // Where the root of PLAIN begins, behind the BIOS boot partition.
    const inner = join(await scratchDirectory(cleanup), 'inner.img');
    await writeFile(inner, '');
    await truncate(inner, 200 * MiB);
    await runCommand(['sfdisk', '--quiet', inner], { stdin: 'label: dos\nsize=20M\n' });
    await runCommand(['dd', `if=${inner}`, `of=${file}`, 'bs=1M', 'seek=2', 'count=1', 'conv=notrunc']);
  };
  const path = await attach(cleanup, { name: '', make, says: /./ });
  await install({ spec: 'disk0: (a 200M swap) (b 50M ext4 /)', path });
  assert.deepEqual(await signaturesOn(path), ['PMBR', 'ext4', 'gpt', 'swap']);
});

test('a partition that is mounted and that the table does not list any more is in use', async () => {
  await using cleanup = new AsyncDisposableStack();
  const make = async (file: string): Promise<void> => {
    await runCommand(['sfdisk', '--quiet', file], { stdin: 'label: gpt\nsize=100M\n' });
  };
  const path = await attach(cleanup, { name: '', make, says: /./ });
  await runCommand(['partx', '--update', path]);
  await runCommand(['mkfs.ext4', '-q', `${path}p1`]);
  const target = join(await scratchDirectory(cleanup), 'mnt');
  await mkdir(target);
  await runCommand(['mount', `${path}p1`, target]);
  cleanup.defer(async () => void (await runCommand(['umount', target], { okExitCodes: [0, 32] })));
  await runCommand(['dd', 'if=/dev/zero', `of=${path}`, 'bs=1M', 'count=1', 'conv=notrunc,fsync']);
  const layout = plan(await readSerialDisk(path), PLAIN);
  assert.deepEqual(layout.disks[0]?.inUse, [`${path} is mounted on ${target}`]);
});

test('an empty disk is free', () => {
  assert.deepEqual(describeLosses(plan({ ...disk(), serial: LOOP_SERIAL }, WITH_DATA, { initData: ['h'] })), []);
});
