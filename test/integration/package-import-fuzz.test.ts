// Damaged archives. Whatever is not refused, GNU tar unpacks to the same files; nothing else than a refusal is thrown.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../lib/errors.ts';
import { seededRandom } from '../helpers/seeded-random.ts';
import { listTree, setUp } from './package-import-lab.ts';
import type { ImportLab } from './package-import-lab.ts';
import { put } from './packagelink-lab.ts';
import { howMany } from '../helpers/how-many.ts';

const ROUNDS = howMany({ few: 40, all: 100 });
const BLOCK_BYTES = 512;

function fill(source: string): void {
  put(source, 'usr/bin/tool', '#!/bin/sh\n', 0o755);
  put(source, `usr/${'long/'.repeat(22)}file`, 'x'.repeat(600));
  linkSync(join(source, 'usr/bin/tool'), join(source, 'usr/bin/other'));
  symlinkSync('tool', join(source, 'usr/bin/link'));
  mkdirSync(join(source, 'var'));
}

function addSparse(source: string): void {
  put(source, 'srv/disk', '');
  execFileSync('truncate', ['--size', '1M', join(source, 'srv/disk')]);
  execFileSync('dd', ['of=srv/disk', 'bs=512', 'count=1', 'seek=900', 'conv=notrunc', 'status=none'], {
    cwd: source,
    input: Buffer.alloc(512, 'd'),
  });
}

/** Some bytes changed, a block taken out, or one put in twice; the checksums of headers are made right again. */
function damage(bytes: Buffer, random: () => number): Buffer {
  const pick = (count: number) => Math.floor(random() * count);
  const blocks = Array.from({ length: bytes.length / BLOCK_BYTES }, (_, index) =>
    Buffer.from(bytes.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES)),
  );
  const used = blocks.findLastIndex((block) => block.some((byte) => byte !== 0)) + 1;
  const at = pick(used);
  const kind = pick(5);
  if (kind === 0) blocks.splice(at, 1);
  else if (kind === 1) blocks.splice(at, 0, Buffer.from(blocks[pick(used)] ?? ''));
  else {
    const block = blocks[at] ?? Buffer.alloc(0);
    const values = [0, 0x30, 0x31, 0x32, 0x35, 0x2e, 0x2f, 0x78, 0x80, 0xff, pick(256)];
    // The fields of a header more often than the rest.
    const place = kind === 2 ? pick(BLOCK_BYTES) : [pick(100), 124 + pick(12), 156, 157 + pick(20)][pick(4)];
    block[place ?? 0] = values[pick(values.length)] ?? 0;
  }
  for (const block of blocks) if (block.toString('latin1', 257, 262) === 'ustar') mendChecksum(block);
  return Buffer.concat(blocks);
}

function mendChecksum(block: Buffer): void {
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
}

async function takeOne({ dir, siteDir, archive, take }: ImportLab, what: string): Promise<'refused' | 'taken'> {
  rmSync(join(siteDir, 'packages'), { recursive: true, force: true });
  try {
    await take(archive);
  } catch (error) {
    assert.ok(error instanceof UserError, String((error as Error).stack));
    assert.deepEqual(readdirSync(siteDir), []);
    return 'refused';
  }
  const theirs = join(dir, 'theirs');
  rmSync(theirs, { recursive: true, force: true });
  mkdirSync(theirs);
  spawnSync('tar', ['--extract', '--file', archive, '--directory', theirs], { stdio: 'ignore' });
  const ours = listTree(join(siteDir, 'packages/x')).filter((line) => !line.startsWith('.packagelink.yaml '));
  assert.deepEqual(ours, listTree(theirs), what);
  return 'taken';
}

for (const format of ['gnu', 'posix', 'ustar'] as const) {
  test(`import: damaged ${format} archives`, async (context) => {
    const lab = setUp(context);
    fill(lab.source);
    if (format !== 'ustar') addSparse(lab.source);
    // The same bytes in every run, but for a number in the names of sparse files.
    const same = ['--sort=name', '--mtime=@1600000000', '--owner=0', '--group=0'];
    const options = { gnu: ['--sparse'], posix: ['--sparse', '--pax-option=delete=atime,delete=ctime'], ustar: [] };
    lab.tar(`--format=${format}`, ...options[format], ...same, '-cf', lab.archive, '.');
    const whole = readFileSync(lab.archive);
    const random = seededRandom(`import ${format}`);
    const counts = { refused: 0, taken: 0 };
    for (let round = 0; round < ROUNDS; round += 1) {
      writeFileSync(lab.archive, damage(whole, random));
      counts[await takeOne(lab, `${format}, round ${round}`)] += 1;
    }
    const enough = ROUNDS / 10;
    assert.ok(counts.refused > enough && counts.taken > enough, JSON.stringify(counts));
  });
}
