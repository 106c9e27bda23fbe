// Power cuts while an EFI system partition is written, each made of one log of writes. In: what the partition was like,
// the log, moments. Out: nothing; a file that is neither the old nor the new one is an error. mtools read it, not Linux.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { join } from 'node:path';
import { runCommand } from '../../lib/run-command.ts';
import { seededRandom } from '../helpers/seeded-random.ts';
import { applyPieces, readWriteLog, survivingPieces } from '../helpers/write-log.ts';
import type { LogEntry } from '../helpers/write-log.ts';

export type EspWrites = {
  /** Scratch space. */
  readonly dir: string;
  /** The disk as it was before the first entry of the log. */
  readonly base: string;
  readonly log: string;
  /** How many entries the log had when the first file was still the old one. */
  readonly from: number;
  readonly startBytes: number;
  readonly sizeBytes: number;
  /** Paths of files, each with the SHA-256 that it may have. */
  readonly allowed: ReadonlyMap<string, readonly string[]>;
};

/** @throws Error that names the moment; answers how many moments had an old file and a new one */
export async function cutEspWrites(
  writes: EspWrites,
  { seed, count }: { seed: string; count: number },
): Promise<number> {
  const { dir, base, log, from, startBytes, sizeBytes } = writes;
  const isOnEsp = ({ kind, offsetBytes }: LogEntry): boolean =>
    kind === 'flush' || (offsetBytes >= startBytes && offsetBytes < startBytes + sizeBytes);
  const entries = (await readWriteLog(log)).map((entry) => ({ ...entry, offsetBytes: entry.offsetBytes - startBytes }));
  const own = entries
    .map((entry, index) => ({ entry, index }))
    .filter(({ entry }) => isOnEsp({ ...entry, offsetBytes: entry.offsetBytes + startBytes }));
  const [old, image] = ['esp-before.img', 'esp-cut.img'].map((name) => join(dir, name)) as [string, string];
  await runCommand([
    'dd',
    `if=${base}`,
    `of=${old}`,
    'bs=1M',
    'iflag=skip_bytes,count_bytes',
    'conv=sparse',
    `skip=${startBytes}`,
    `count=${sizeBytes}`,
  ]);
  const before = own.filter(({ index }) => index < from).map(({ entry }) => entry);
  await applyPieces(
    log,
    before.filter(({ kind }) => kind === 'write'),
    old,
  );
  const after = own.filter(({ index }) => index >= from).map(({ entry }) => entry);
  assert.ok(
    after.some(({ kind }) => kind === 'write'),
    'nothing was written to the EFI system partition',
  );
  let mixed = 0;
  for (let moment = 0; moment < count; moment += 1) {
    const random = seededRandom(`${seed}/${moment}`);
    const cut = 1 + Math.floor(random() * after.length);
    await runCommand(['cp', '--sparse=always', old, image]);
    await applyPieces(log, survivingPieces(after.slice(0, cut), random).pieces, image);
    mixed += (await checkFiles(image, writes, `moment ${moment}, after ${cut} of ${after.length} writes`)) ? 1 : 0;
  }
  return mixed;
}

async function checkFiles(image: string, { allowed }: EspWrites, what: string): Promise<boolean> {
  const seen = new Set<number>();
  for (const [path, digests] of allowed) {
    // What mtools cannot read is neither of the two.
    const read = await runCommand(['mtype', '-i', image, `::/${path}`], {
      stdoutEncoding: 'latin1',
      okExitCodes: [0, 1],
    });
    const which = digests.indexOf(hash('sha256', Buffer.from(read.stdout, 'latin1')));
    assert.ok(which >= 0, `${what}: ${path} is neither the old nor the new file`);
    seen.add(which);
  }
  return seen.size > 1;
}
