import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { compareEntries } from './compare-entries.ts';
import type { Aspect } from './compare-entries.ts';
import type { TreeEntry, WantedFile } from './tree.ts';

const owned = { path: 'etc/motd', owner: 'motd', class: 'package', mode: 0o644, uid: 0, gid: 0 } as const;
const content = { kind: 'packed', sha256: 'a', sizeBytes: 1, slices: [] } as const;
const file: WantedFile = { ...owned, type: 'file', content, sourceKey: 'a' };
const link: TreeEntry = { ...owned, type: 'symlink', target: 'x' };
const directory: TreeEntry = { ...owned, type: 'directory' };
const hardlink: TreeEntry = { path: 'b', owner: 'motd', class: 'package', type: 'hardlink', target: 'a' };

suite('what differs between two entries of a path', () => {
  const table: [before: TreeEntry, after: TreeEntry, aspects: Aspect[]][] = [
    [file, file, []],
    [file, { ...file, mtimeSeconds: 5, mtimeNanoseconds: 1 }, []],
    [file, { ...file, sourceKey: 'b' }, ['bytes']],
    [file, { ...file, mode: 0o4755 }, ['mode']],
    [file, { ...file, gid: 42 }, ['owner']],
    [file, { ...file, xattrs: { 'user.x': 'eA==' } }, ['attributes']],
    [file, { ...file, owner: 'base' }, ['package']],
    [file, { ...file, class: 'mutable' }, ['class']],
    [file, { ...file, pinned: true }, ['class']],
    [file, { ...file, sourceKey: 'b', mode: 0o600, owner: 'base' }, ['bytes', 'mode', 'package']],
    [file, link, ['type']],
    [directory, { ...file, owner: 'base' }, ['type', 'package']],
    [directory, { ...directory, mode: 0o700 }, ['mode']],
    [link, { ...link, target: 'y' }, ['target']],
    [hardlink, { ...hardlink, target: 'c' }, ['target']],
    [hardlink, { ...file, path: 'b' }, ['type']],
  ];
  for (const [before, after, aspects] of table) {
    test(aspects.join(' and ') || 'nothing', () => assert.deepEqual(compareEntries(before, after), aspects));
  }
});
