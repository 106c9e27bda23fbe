// Names that somebody chose to make trouble: right on the target, byte for byte, or refused by name.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { applyFull } from '../../packagelink/full/apply-full.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';
import { full, layerOf, partial, publishSite, withLab } from './packagelink-lab.ts';

const STRANGE = [
  'line\nbreak',
  'tab\t and \u{1b}[31mcolour',
  '-rf',
  '$(touch pwned) `id` ; | & "quotes"',
  ' blank ',
  '...',
  'é composed',
  'e\u{301} decomposed',
  '\u{202e}right to left',
  'x'.repeat(255),
];
/** Nineteen directories of 200 bytes: 3,818 bytes, which with a target in front is still no more than the kernel takes. */
const DEEP = Array.from({ length: 19 }, (_, index) => String.fromCharCode(97 + index).repeat(200)).join('/');

const namesBelow = (dir: string): string[] =>
  execFileSync('find', [dir, '-type', 'f', '-printf', '%P\\0'], { encoding: 'utf8' })
    .split('\0')
    .filter((name) => name !== '' && !name.startsWith('var/lib/gutinteg'))
    .toSorted();

test('strange names are laid down as they are, by both kinds of run', async () => {
  await withLab('/dev/shm', async (lab) => {
    mkdirSync(join(lab.site, 'srv', DEEP), { recursive: true });
    for (const name of [...STRANGE, `${DEEP}/file`]) writeFileSync(join(lab.site, 'srv', name), name);
    const layer = await layerOf(lab, 'site', (await publishSite(lab)).manifest);
    const tree = mergeTree({ layers: [layer], defines: { HOSTNAME: 'underdog' } });
    const wanted = [...STRANGE, `${DEEP}/file`].map((name) => `srv/${name}`).toSorted();
    const other = join(lab.dir, 'other');
    mkdirSync(other);
    await applyFull({ target: other, tree, fetcher: lab.fetcher, stateFile: join(lab.dir, 'other.db') });
    assert.deepEqual((await partial(lab, tree)).errors, []);
    for (const target of [lab.target, other]) {
      assert.deepEqual(
        namesBelow(target).filter((path) => path.startsWith('srv/')),
        wanted,
      );
      for (const path of wanted) assert.equal(readFileSync(join(target, path), 'utf8'), path.slice('srv/'.length));
    }
    assert.deepEqual((await partial(lab, tree)).said, []);
    assert(!existsSync('pwned'));
  });
});

test('names that no file can have are named as errors, and keep nothing else from being right', async () => {
  await withLab('/dev/shm', async (lab) => {
    const tooLong = [`etc/${'y'.repeat(256)}`, `srv/${'é'.repeat(200)}`];
    const generated = [...tooLong, 'etc/fine'].map((path) => ({ path, bytes: Buffer.from(path) }));
    const tree = mergeTree({ layers: [], generated, defines: {} });
    const result = await partial(lab, tree);
    for (const path of tooLong) {
      assert(
        result.errors.some((error) => error.startsWith(path) && error.includes('ENAMETOOLONG')),
        path,
      );
    }
    assert.equal(readFileSync(join(lab.target, 'etc/fine'), 'utf8'), 'etc/fine');
    await assert.rejects(full(lab, tree), /could not install .*; the target is incomplete/);
  });
});

for (const path of ['/etc/x', '../x', 'a/../../x', 'a//b', './a', 'a/', '', 'a\0b', 'a'.repeat(4001)]) {
  test(`a package path that is none is refused: ${JSON.stringify(path.slice(0, 20))}`, () => {
    assert.throws(
      () => mergeTree({ layers: [], generated: [{ path, bytes: Buffer.from('') }], defines: {} }),
      /not a path below the target/,
    );
  });
}
