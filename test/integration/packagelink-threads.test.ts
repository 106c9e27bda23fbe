// Other threads beside the first: the same files, the same database, the same errors; also from the bundle that a
// machine runs, where the thread's program is a text. Compared by rsync and by lstat.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { applyFull } from '../../packagelink/full/apply-full.ts';
import type { Fetcher } from '../../packagelink/contents/fetch.ts';
import { WrongBytesError } from '../../packagelink/contents/fetch.ts';
import { startThread } from '../../packagelink/full/start-thread.ts';
import { bundleInstaller } from '../../netboot/ramdisk/bundle.ts';
import { differences, put, STATE, wholeTree, withLab } from './packagelink-lab.ts';
import type { Lab } from './packagelink-lab.ts';

const FILES = 400;

/** Enough for a dozen packs, with what only the first thread lays down in between. */
function fillOs({ os }: Lab): void {
  for (let index = 0; index < FILES; index += 1) {
    const bytes = hash('shake256', String(index), {
      outputEncoding: 'buffer',
      outputLength: 4096 * (1 + (index % 40)),
    });
    const place = `srv/${index % 20}/file ${index}`;
    put(os, place, bytes, index % 7 === 0 ? 0o4755 : 0o644);
    if (index % 11 === 0) execFileSync('setfattr', ['-n', 'user.number', '-v', String(index), join(os, place)]);
    if (index % 13 === 0) execFileSync('ln', [join(os, place), join(os, `srv/${index % 20}/link ${index}`)]);
    if (index % 17 === 0) execFileSync('chown', ['12:34', join(os, place)]);
  }
}

test('several threads lay down what one does, and know of each path what lstat says', async () => {
  await withLab('/var/tmp', async (lab) => {
    fillOs(lab);
    // Of three packs, which come from two threads and are put together by the first.
    put(lab.os, 'srv/0/large', hash('shake256', 'large', { outputEncoding: 'buffer', outputLength: 9 * 1024 * 1024 }));
    rmSync(lab.site, { recursive: true });
    mkdirSync(lab.site);
    const tree = await wholeTree(lab);
    for (const threadsFrom of [1, Number.POSITIVE_INFINITY]) {
      const target = join(lab.dir, `target-${threadsFrom}`);
      mkdirSync(target);
      const progress: number[] = [];
      await applyFull({
        target,
        tree,
        fetcher: lab.fetcher,
        stateFile: join(target, STATE),
        threadsFrom,
        onProgress: (done) => void progress.push(done),
      });
      assert(progress.length > 5, `${progress.length} packs are too few for this test`);
      assert.equal(progress.at(-1), tree.rawBytes);
      rmSync(join(target, 'etc/hostname'));
      assert.deepEqual(differences(lab.os, target, '--exclude=/etc', '--exclude=/var'), []);
      const database = new DatabaseSync(join(target, STATE));
      const rows = database.prepare("SELECT * FROM paths WHERE path LIKE 'srv/%' AND type <> 'directory'").all();
      database.close();
      assert(rows.length > FILES);
      for (const row of rows) {
        const { ino, size, mtimeMs, ctimeMs, uid, gid } = lstatSync(join(target, String(row['path'])));
        const { inode, mtime_ms, ctime_ms } = row;
        assert.deepEqual([inode, row['size'], mtime_ms, ctime_ms], [ino, size, mtimeMs, ctimeMs], String(row['path']));
        assert.deepEqual([row['uid'], row['gid']], [uid, gid]);
      }
    }
  });
});

test('the first packs are on their way before links are made', { timeout: 60_000 }, async () => {
  await withLab('/var/tmp', async (lab) => {
    fillOs(lab);
    symlinkSync('file 1', join(lab.os, 'srv/1/symbolic'));
    const tree = await wholeTree(lab);
    const link = join(lab.target, 'srv/1/symbolic');
    const seen: boolean[] = [];
    const fetcher: Fetcher = async (path) => {
      if (path.startsWith('packs/')) seen.push(lstatSync(link, { throwIfNoEntry: false }) !== undefined);
      return lab.fetcher(path);
    };
    await applyFull({ target: lab.target, tree, fetcher, stateFile: join(lab.target, STATE), threadsFrom: 1 });
    assert.deepEqual(seen.slice(0, 5), [false, false, false, false, false]);
    assert.equal(readlinkSync(link), 'file 1');
  });
});

test('what another thread cannot do ends the run, and is named', { timeout: 60_000 }, async () => {
  await withLab('/var/tmp', async (lab) => {
    fillOs(lab);
    const tree = await wholeTree(lab);
    // Plain, so that another thread makes it.
    mkdirSync(join(lab.target, 'srv/0/file 100/in the way'), { recursive: true });
    const { target, fetcher } = lab;
    await assert.rejects(
      applyFull({ target, tree, fetcher, stateFile: join(target, STATE), threadsFrom: 1 }),
      ({ message, cause }: Error) =>
        /^could not install srv\/0\/file 100; the target is incomplete$/.test(message) &&
        (cause as Error).message.startsWith('EISDIR'),
    );
  });
});

test('another thread uses no byte of a pack that is not as published', { timeout: 60_000 }, async () => {
  await withLab('/var/tmp', async (lab) => {
    fillOs(lab);
    const tree = await wholeTree(lab);
    const fetcher: Fetcher = async (path) => {
      const bytes = await lab.fetcher(path);
      if (path.startsWith('packs/')) bytes[100] = (bytes[100] ?? 0) ^ 1;
      return bytes;
    };
    const { target } = lab;
    await assert.rejects(
      applyFull({ target, tree, fetcher, stateFile: join(target, STATE), threadsFrom: 1 }),
      (error: Error) =>
        error instanceof WrongBytesError &&
        /^fetching packs\/[0-9a-f]{64}: wrong bytes: expected SHA-256/.test(error.message) &&
        error.hint !== undefined,
    );
    assert.deepEqual(readdirSync(join(target, 'srv/0')), []);
    assert(!existsSync(join(target, STATE)), 'an incomplete target has no state database');
  });
});

test('a thread that breaks is an error for whoever waits for it', { timeout: 60_000 }, async () => {
  const thread = startThread();
  thread.send('this is no batch');
  await assert.rejects(thread.receive(), TypeError);
  await assert.rejects(thread.receive(), TypeError);
  await thread.stop();
});

test('a program in one file has its second thread in it', { timeout: 60_000 }, async () => {
  await withLab('/var/tmp', async (lab) => {
    const entry = join(lab.dir, 'entry.ts');
    const packagelink = join(import.meta.dirname, '../../packagelink');
    writeFileSync(
      entry,
      `import { hash } from 'node:crypto';
      import { zstdCompressSync } from 'node:zlib';
      import { startThread } from ${JSON.stringify(join(packagelink, 'full/start-thread.ts'))};
      const thread = startThread();
      const numbers = new Float64Array([0, 5, 0o640, 0, 0, 1, 2]);
      const stored = zstdCompressSync('hello');
      const pack = { sha256: hash('sha256', stored), sizeBytes: stored.length, rawBytes: 5 };
      thread.send({ root: process.argv[2], stored, pack, paths: ['made'], numbers, wantsRaw: false });
      console.log((await thread.receive()).stats[0].toString(8));
      await thread.stop();`,
    );
    const bundle = join(lab.dir, 'bundle.mjs');
    writeFileSync(bundle, (await bundleInstaller(entry)).code);
    const argv = ['--disable-warning=ExperimentalWarning', bundle, lab.target];
    assert.equal(execFileSync(process.execPath, argv, { encoding: 'utf8' }).trim(), '640');
    assert.equal(readFileSync(join(lab.target, 'made'), 'utf8'), 'hello');
  });
});
