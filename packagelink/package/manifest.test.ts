import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findManifestFaults } from './manifest-faults.ts';
import { manifestSchema } from './manifest.ts';
import { isPackagePath, parentOf } from './package-path.ts';
import { directoryEntry, fileEntry, manifestOf, specialEntry } from '../testing/sample-tree.ts';

test('paths stay below the root', () => {
  for (const path of ['a', 'etc/motd', '.hidden', 'a/..b', 'a/b...', 'a b/ü']) assert.ok(isPackagePath(path), path);
  for (const path of ['', '/', '/etc', 'a/', 'a//b', '.', '..', './a', '../x', 'a/../b', 'a/..', 'a/.', 'a\0']) {
    assert.ok(!isPackagePath(path), JSON.stringify(path));
  }
  assert.equal(parentOf('a/b/c'), 'a/b');
  assert.equal(parentOf('a'), undefined);
});

test('a sound manifest has no faults', () => {
  const manifest = manifestOf([
    directoryEntry('etc'),
    fileEntry('etc/a', 'x'),
    { type: 'hardlink', path: 'etc/b', target: 'etc/a' },
  ]);
  assert.deepEqual(manifestSchema.parse(manifest), manifest);
  assert.deepEqual(findManifestFaults(manifest), []);
});

test('the schema refuses paths that leave the package', () => {
  for (const path of ['../x', '/etc', 'a/../../x']) {
    assert.equal(manifestSchema.safeParse(manifestOf([fileEntry(path, 'x')])).success, false);
    assert.equal(manifestSchema.safeParse(manifestOf([{ type: 'hardlink', path: 'a', target: path }])).success, false);
  }
});

test('the schema takes FIFOs and devices of numbers that Linux has, and nothing else', () => {
  const isSound = (node: string) => manifestSchema.safeParse(manifestOf([specialEntry('a', node)])).success;
  for (const node of ['fifo', 'char 1:3', 'block 0:0', 'block 4095:1048575']) assert.ok(isSound(node), node);
  for (const node of [
    '',
    'socket',
    'char',
    'char 1',
    'char 01:3',
    'char -1:3',
    'char 4096:0',
    'block 1:1048576',
    'fifo\n',
  ])
    assert.ok(!isSound(node), node);
});

test('the schema refuses owners that are no names', () => {
  const isSound = (user: string) => manifestSchema.safeParse(manifestOf([fileEntry('a', 'x', { user })])).success;
  for (const user of ['www-data', '_apt', 'machine$', 'a.b']) assert.ok(isSound(user), user);
  for (const user of ['', '33', 'a:b', 'a b', 'a\n', '-a', 'a'.repeat(33)]) assert.ok(!isSound(user), user);
});

const good = fileEntry('a', 'x');
const pack = { sha256: 'a'.repeat(64), sizeBytes: 9, rawBytes: 4 };
const faulty: [name: string, manifest: ReturnType<typeof manifestOf>, message: RegExp][] = [
  ['unsorted', manifestOf([fileEntry('b', 'x'), good]), /sorted/],
  ['twice', manifestOf([good, good]), /once/],
  ['no parent', manifestOf([fileEntry('etc/a', 'x')]), /parent etc/],
  ['parent is a file', manifestOf([good, fileEntry('a/b', 'x')]), /parent a is not a directory/],
  ['link to nothing', manifestOf([{ type: 'hardlink', path: 'b', target: 'c' }]), /hard link to c/],
  ['no pack', { ...manifestOf([{ ...good, chunks: [{ pack: 0, offset: 0, length: 1 }] }]), packs: [] }, /pack 0/],
  [
    'past the end',
    { ...manifestOf([{ ...good, chunks: [{ pack: 0, offset: 4, length: 1 }] }]), packs: [pack] },
    /past the end/,
  ],
  ['too few bytes', { ...manifestOf([{ ...good, chunks: [] }]) }, /chunks hold 0/],
  ['wrong sum', { ...manifestOf([good]), rawBytes: 77 }, /add up to 1/],
];

for (const [name, manifest, message] of faulty) {
  test(`manifest: ${name}`, () => {
    assert.match(
      findManifestFaults(manifest)
        .map((fault) => fault.message)
        .join('\n'),
      message,
    );
  });
}
