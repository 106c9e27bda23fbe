import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isUntouched } from './observed.ts';
import type { Observed } from './observed.ts';

const stat = { mode: 0o644, uid: 1, gid: 2, sizeBytes: 3, inode: 4, mtimeMs: 5.25, ctimeMs: 6.5 };
type Row = NonNullable<Parameters<typeof isUntouched>[0]>;
const rowOf = (type: Row['type'], about: Partial<Row> = {}): Row => ({ ...stat, type, xattrs: '', ...about });

const cases: [what: string, type: Row['type'], now: Partial<Observed>, isSame: boolean][] = [
  ['nothing', 'file', { type: 'file' }, true],
  ['nothing of another name', 'hardlink', { type: 'file' }, true],
  ['nothing of a link', 'symlink', { type: 'symlink' }, true],
  ['nothing of a device', 'special', { type: 'special' }, true],
  ['nothing of a directory', 'directory', { type: 'directory', xattrs: '' }, true],
  ['the inode', 'file', { type: 'file', inode: 5 }, false],
  ['the time of change', 'file', { type: 'file', ctimeMs: 6.75 }, false],
  ['the time of modification', 'file', { type: 'file', mtimeMs: 5.5 }, false],
  ['the size', 'file', { type: 'file', sizeBytes: 4 }, false],
  ['the mode', 'file', { type: 'file', mode: 0o4644 }, false],
  ['the user', 'file', { type: 'file', uid: 9 }, false],
  ['the group', 'file', { type: 'file', gid: 9 }, false],
  ['the type', 'file', { type: 'symlink' }, false],
  ['the type of another name', 'hardlink', { type: 'directory' }, false],
  ['the time of change of a link', 'symlink', { type: 'symlink', ctimeMs: 7 }, false],
  ['a device to a socket', 'special', { type: 'other' }, false],
  [
    'what lies in a directory',
    'directory',
    { type: 'directory', xattrs: '', mtimeMs: 8, ctimeMs: 8, sizeBytes: 8 },
    true,
  ],
  ['attributes of a directory that nobody looked at', 'directory', { type: 'directory' }, true],
  ['the attributes of a directory', 'directory', { type: 'directory', xattrs: '[["user.x",""]]' }, false],
  ['the mode of a directory', 'directory', { type: 'directory', xattrs: '', mode: 0o700 }, false],
  ['the user of a directory', 'directory', { type: 'directory', xattrs: '', uid: 9 }, false],
  ['the group of a directory', 'directory', { type: 'directory', xattrs: '', gid: 9 }, false],
  ['a directory to a file', 'directory', { type: 'file' }, false],
];

test('untouched: whatever lstat shows differently is noticed, but for what lies in a directory', () => {
  for (const [what, type, now, isSame] of cases)
    assert.equal(isUntouched(rowOf(type), { ...stat, type: 'file', ...now }), isSame, what);
});

test('untouched: what no package laid down, or what is gone, is not as it was', () => {
  assert.equal(isUntouched(undefined, { ...stat, type: 'file' }), false);
  assert.equal(isUntouched(rowOf('file'), undefined), false);
});
