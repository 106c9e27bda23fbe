import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaultsError } from '../../lib/errors.ts';
import { placeOnFat } from './fat-targets.ts';
import { asFatStat, fatTime } from './fat-stat.ts';
import { isUntouched } from '../compare/observed.ts';
import type { ManifestEntry } from '../package/manifest.ts';
import { mergeTree } from '../merge/merge.ts';
import { directoryEntry, fileEntry, packageOf, specialEntry, symlinkEntry } from '../testing/sample-tree.ts';
import type { InstalledPath } from './installed-path.ts';

const faultsOf = (entries: ManifestEntry[], prefixes = ['dosc']) => {
  const manifest = packageOf(entries, { name: 'dos' });
  try {
    mergeTree({ layers: [{ name: 'dos', priority: 50, manifest }], defines: {}, fat: prefixes });
    return [];
  } catch (error) {
    assert.ok(error instanceof FaultsError);
    return error.faults.map(({ where, message }) => `${where}: ${message}`);
  }
};

const sound: ManifestEntry[] = [
  fileEntry('dosc/AUTOEXEC.BAT', 'x'),
  fileEntry('dosc/a/b', 'x', { mode: 0o4755, uid: 5 }),
  fileEntry('dosc/b/B', 'x'),
  fileEntry('dosc/.hidden file.tar.gz', 'x'),
  fileEntry('dosc/straße', 'x'),
  fileEntry('dosc/strasse', 'x'),
  fileEntry('dosc/console', 'x'),
  fileEntry('dosc/com10', 'x'),
];

test('what FAT can hold is no fault, whatever its owner and mode; what lies elsewhere is none either', () => {
  assert.deepEqual(faultsOf(sound), []);
  assert.deepEqual(faultsOf([fileEntry('etc/CON', 'x'), symlinkEntry('doscx', 'y'), symlinkEntry('dosc', 'y')]), []);
  assert.equal(faultsOf([fileEntry('etc/CON', 'x')], ['']).length, 1);
});

const faulty: [name: string, entries: ManifestEntry[], expected: string][] = [
  [
    'two cases',
    [fileEntry('dosc/Read.me', ''), fileEntry('dosc/READ.ME', '')],
    'dosc/Read.me: of dos is the same name as dosc/READ.ME of dos where case means nothing',
  ],
  [
    'two cases, not ASCII',
    [fileEntry('dosc/ä', ''), fileEntry('dosc/Ä', '')],
    'dosc/ä: of dos is the same name as dosc/Ä of dos where case means nothing',
  ],
  [
    'two directories',
    [fileEntry('dosc/A/x', ''), fileEntry('dosc/a/x', '')],
    'dosc/a: of dos is the same name as dosc/A of dos where case means nothing',
  ],
  ['a device', [fileEntry('dosc/con', '')], 'dosc/con: of dos has the name of a device of DOS'],
  [
    'a device with an extension',
    [fileEntry('dosc/Nul.tar.gz', '')],
    'dosc/Nul.tar.gz: of dos has the name of a device of DOS',
  ],
  ['a port', [directoryEntry('dosc/LPT1')], 'dosc/LPT1: of dos has the name of a device of DOS'],
  ['a final dot', [fileEntry('dosc/a.', '')], 'dosc/a.: of dos ends in a dot or a space, which FAT drops'],
  ['a final space', [fileEntry('dosc/a ', '')], 'dosc/a : of dos ends in a dot or a space, which FAT drops'],
  ['a colon', [fileEntry('dosc/a:b', '')], 'dosc/a:b: of dos has ":" in its name, which FAT cannot hold'],
  ['a newline', [fileEntry('dosc/a\nb', '')], 'dosc/a\nb: of dos has "\\n" in its name, which FAT cannot hold'],
  [
    'a long name',
    [fileEntry(`dosc/${'x'.repeat(256)}`, '')],
    `dosc/${'x'.repeat(256)}: of dos has a name of more than 255 characters`,
  ],
  ['a link', [symlinkEntry('dosc/l', 'x')], 'dosc/l: of dos is a link, and FAT has none; put a copy there'],
  ['a FIFO', [specialEntry('dosc/f', 'fifo')], 'dosc/f: of dos is a special file (fifo), and FAT has none'],
  [
    'an attribute',
    [{ ...fileEntry('dosc/f', ''), xattrs: { 'user.a': '' } }],
    'dosc/f: of dos has extended attributes or an ACL, and FAT has none',
  ],
  [
    '4 GiB',
    [{ ...fileEntry('dosc/f', ''), sizeBytes: 2 ** 32 }],
    'dosc/f: of dos has 4294967296 bytes; FAT holds files of less than 4 GiB',
  ],
];

for (const [name, entries, expected] of faulty) {
  test(`FAT: ${name}`, () => {
    assert.deepEqual(faultsOf(entries), [expected]);
  });
}

test('4 GiB less one byte is no fault', () => {
  assert.deepEqual(faultsOf([{ ...fileEntry('dosc/f', ''), sizeBytes: 2 ** 32 - 1 }]), []);
});

test('times on FAT: two seconds, from 1980 to 2107', () => {
  const day = (text: string) => Date.parse(`${text}Z`) / 1000;
  assert.equal(fatTime(day('2024-05-01T10:00:01.999')), day('2024-05-01T10:00:00'));
  assert.equal(fatTime(0), day('1980-01-01T00:00:00'));
  assert.equal(fatTime(day('2200-01-01T00:00:00')), day('2107-12-31T23:59:58'));
});

test('a file on FAT is untouched whatever its inode, mode and owner, if size and time are the same', () => {
  const stat = { mode: 0o600, uid: 5, gid: 5, inode: 1, sizeBytes: 3, mtimeMs: 1_700_000_000_000, ctimeMs: 1 };
  const row = { type: 'file', ...asFatStat(stat, { mode: 0o640, uid: 7, gid: 7 }) } as InstalledPath;
  const isSame = (now: object) => isUntouched(row, { type: 'file', ...stat, ...now });
  assert.ok(isSame({ mode: 0o755, uid: 0, gid: 0, inode: 77, ctimeMs: 9, mtimeMs: 1_700_000_001_999 }));
  assert.ok(!isSame({ sizeBytes: 4 }));
  assert.ok(!isSame({ mtimeMs: 1_700_000_002_000 }));
  assert.ok(!isSame({ type: 'directory' }));
  assert.ok(!isUntouched({ ...row, inode: 1 }, { type: 'file', ...stat, inode: 77 }));
});

test('what lies on FAT is marked, with the directory at which it is mounted; other file systems below it are not', () => {
  const paths = ['dosc/a', 'dosc/ext/b', 'doscx/c', 'd'];
  const manifest = packageOf(paths.map((path) => fileEntry(path, 'x')));
  const tree = mergeTree({ layers: [{ name: 'dos', priority: 50, manifest }], defines: {} });
  const marked = (types: Record<string, string>) =>
    placeOnFat(tree, new Map(Object.entries(types))).entries.flatMap(({ path, onFat }) =>
      onFat === true ? [path] : [],
    );
  assert.deepEqual(marked({ '': 'ext4', proc: 'proc' }), []);
  assert.deepEqual(marked({ '': 'ext4', dosc: 'vfat', 'dosc/ext': 'ext4' }), ['dosc', 'dosc/a']);
  assert.deepEqual(marked({ '': 'exfat', doscx: 'tmpfs' }), ['d', 'dosc', 'dosc/a', 'dosc/ext', 'dosc/ext/b']);
});

test('what FAT cannot hold is refused where it is mounted, also when nobody said so before', () => {
  const manifest = packageOf([fileEntry('dosc/CON', 'x'), fileEntry('dosc/con.d/x', 'x')]);
  const tree = mergeTree({ layers: [{ name: 'dos', priority: 50, manifest }], defines: {} });
  assert.throws(
    () => placeOnFat(tree, new Map([['dosc', 'vfat']])),
    ({ faults }: FaultsError) => {
      assert.deepEqual(
        faults.map(({ where }) => where),
        ['dosc/CON', 'dosc/con.d'],
      );
      return true;
    },
  );
  assert.equal(placeOnFat(tree, new Map([['', 'ext4']])), tree);
});
