// Labels that we write, read back by util-linux: sfdisk (libfdisk) and partx (libblkid), which share no code for it.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv } from '../../lib/run-command.ts';
import { parseSfdisk } from '../../partition-specs/sfdisk-json.ts';
import { sampleDisks, writeSampleDisk } from '../helpers/sample-labels.ts';
import type { SampleDisk } from '../helpers/sample-labels.ts';

type Row = [number: number, startSector: number, sizeSectors: number, type: number];

async function output(...argv: Argv): Promise<string> {
  return (await runCommand(argv)).stdout;
}

/** The sample on a sparse file behind a loop device, both gone after the test. */
async function loopDisk(cleanup: AsyncDisposableStack, sample: SampleDisk): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'label-test-'));
  cleanup.defer(() => rm(directory, { recursive: true }));
  const file = join(directory, 'disk.img');
  await writeSampleDisk(file, sample);
  const argv: Argv = ['losetup', '--find', '--show', '--read-only', '--sector-size', String(sample.sectorBytes), file];
  const path = (await output(...argv)).trim();
  cleanup.defer(async () => void (await runCommand(['losetup', '--detach', path])));
  return path;
}

async function readWithSfdisk(...argv: Argv): Promise<Row[]> {
  const { partitions, sectorsize } = parseSfdisk(await output(...argv), argv.at(-1) ?? '');
  assert.ok(sectorsize === 512 || sectorsize === 4096);
  return partitions.map(({ node, start, size, type }) => {
    return [Number(/(\d+)$/.exec(node)?.[1]), start, size, Number.parseInt(type, 16)];
  });
}

/** partx counts in 512 bytes, whatever the disk's sectors are. */
async function readWithPartx(path: string, sectorBytes: number): Promise<Row[]> {
  const text = await output('partx', '--raw', '--noheadings', '--output', 'NR,START,SECTORS,TYPE', path);
  const unit = sectorBytes / 512;
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [number = 0, start = 0, size = 0, type = 0] = line.split(' ').map(Number);
      return [number, start / unit, size / unit, type];
    });
}

function rows(seen: SampleDisk['table']): Row[] {
  return seen.map(({ number, startSector, sizeSectors, type }) => [number, startSector, sizeSectors, type]);
}

for (const sample of sampleDisks) {
  test(`${sample.name}: sfdisk and partx see the partitions that were written`, async () => {
    await using cleanup = new AsyncDisposableStack();
    const path = await loopDisk(cleanup, sample);
    assert.deepEqual(await readWithSfdisk('sfdisk', '--json', path), rows(sample.table));
    // partx leaves out the slice that is the whole disk, and numbers what it finds in a slice from 5.
    const isSun = sample.table.some(({ startSector }) => startSector === 0);
    const outer = sample.table.filter(({ type }) => !isSun || type !== 5);
    const inner = sample.inner.map((seen, index) => ({ ...seen, number: 5 + index }));
    assert.deepEqual(await readWithPartx(path, sample.sectorBytes), rows([...outer, ...inner]));
  });
}

for (const sample of sampleDisks.filter(({ inner }) => inner.length > 0)) {
  test(`${sample.name}: the disklabel as sfdisk reads it, whole slice and whole disk with it`, async () => {
    await using cleanup = new AsyncDisposableStack();
    const path = await loopDisk(cleanup, sample);
    const found = await readWithSfdisk('sfdisk', '--label-nested', 'bsd', '--json', path);
    // libfdisk prints what the label says: FreeBSD's counts from its slice.
    const slice = sample.table.find(({ type }) => [0xa5, 0xa6, 0xa9].includes(type)) ?? assert.fail('no slice');
    const base = slice.type === 0xa5 ? slice.startSector : 0;
    const wanted = rows([...sample.inner, ...sample.innerWhole]);
    assert.deepEqual(
      found,
      wanted
        .map(([number, start, size, type]): Row => [number, start - base, size, type])
        .toSorted(([left], [right]) => left - right),
    );
  });
}

test('sfdisk and fdisk agree with checksums, marks, geometry and flags', async () => {
  await using cleanup = new AsyncDisposableStack();
  const listed: Record<string, string> = {};
  for (const sample of sampleDisks) {
    const path = await loopDisk(cleanup, sample);
    const verified = await runCommand(['sfdisk', '--verify', path]);
    assert.doesNotMatch(verified.stderr, /wrong|overlap|doesn't|invalid/i, sample.name);
    listed[sample.name] = await output('fdisk', '--list', path);
  }
  assert.match(listed['sun'] ?? '', /Geometry: 16 heads, 63 sectors\/track, 1000 cylinders/);
  assert.match(listed['sun'] ?? '', /SunOS swap +u/);
  assert.match(listed['sun'] ?? '', /SunOS var +r/);
  assert.match(listed['planned-solaris-512'] ?? '', /SunOS swap +u/);
  for (const name of ['dos-512', 'dos-4096']) {
    assert.match(listed[name] ?? '', /Disk identifier: 0xfeed0001/);
    assert.match(listed[name] ?? '', /p1 +\* /);
  }
});
